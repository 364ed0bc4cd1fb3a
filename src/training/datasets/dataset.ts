import { createHash } from 'node:crypto';
import type { DataRow, Frame, Value } from './frame.js';

export type { DataRow, Value };

/** A table with one column that holds the class. */
export interface Dataset {
  readonly name: string;
  /** Who made it and where it is from, in the words that its licence asks for. */
  readonly source: string;
  /** SPDX identifier of the licence of the data. */
  readonly licence: string;
  /** Every column, in the order of the file. */
  readonly columns: readonly string[];
  /** The column that holds the class. */
  readonly target: string;
  /** The rows, in the same order each time. */
  frame(): Frame;
  /** The rows that its owner wants held out, by index; without it the class decides and the seed. */
  readonly heldOut?: readonly number[];
  /** What each row belongs to, such as a person: rows of one group are never parted by a split. */
  readonly groups?: readonly string[];
}

/** Rows whose text is hashed at once. */
const PIECE = 1_000;

/**
 * What identifies the rows: SHA-256 of their CSV text (without a header, each line ended by a line feed, an empty cell where
 * a value is missing), as 64 lower-case hexadecimal digits.
 */
export function digestOf({ columns, frame }: Pick<Dataset, 'columns' | 'frame'>): string {
  const table = frame();
  const hash = createHash('sha256');
  for (let from = 0; from < table.length; from += PIECE) {
    const piece = table.pick(Array.from({ length: Math.min(PIECE, table.length - from) }, (_, row) => from + row));
    hash.update(toCsv(piece, columns));
  }
  return hash.digest('hex');
}

/** Rows as that text. */
export function toCsv(rows: Frame, columns: readonly string[]): string {
  const values = columns.map((name) => rows.values(name));
  let text = '';
  for (let row = 0; row < rows.length; row += 1) {
    text += values.map((column) => cell(column[row]!)).join(',') + '\n';
  }
  return text;
}

function cell(value: Value): string {
  if (typeof value === 'number') return String(value);
  const text = value ?? '';
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
