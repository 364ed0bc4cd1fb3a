import { sha256 } from '../../model/package/integrity.js';

/** One cell; null where the value is missing. */
export type Value = string | number | null;

/** One row of a table: column name to value. */
export type DataRow = Readonly<Record<string, Value>>;

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
  rows(): readonly DataRow[];
  /** The rows that its owner wants held out, by index; without it the class decides and the seed. */
  readonly heldOut?: readonly number[];
  /** What each row belongs to, such as a person: rows of one group are never parted by a split. */
  readonly groups?: readonly string[];
}

/** The rows as CSV without a header, each line ended by a line feed; a missing value is an empty cell. */
export function toCsv({ columns, rows }: Pick<Dataset, 'columns' | 'rows'>): string {
  return rows()
    .map((row) => columns.map((column) => cell(row[column] ?? null)).join(',') + '\n')
    .join('');
}

/** What identifies the rows: SHA-256 of their CSV text, as 64 lower-case hexadecimal digits. */
export function digestOf(dataset: Dataset): string {
  return sha256(toCsv(dataset));
}

function cell(value: Value): string {
  const text = String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
