import { TrainingError } from '../training-error.js';
import { cellsOf, type Table } from './table.js';

/** A number as spreadsheets and data frames write it. */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
/** 2024-05-31, with or without a time; 31/05/2024, 5/31/24, 31.05.2024. */
const DATE = /^(\d{4}[-/]\d{1,2}[-/]\d{1,2}([T ]\d{1,2}:\d{2}.*)?|\d{1,2}[/.]\d{1,2}[/.](\d{2}|\d{4}))$/;

/** A number with what people read it by: 1,234 or 1 234, 0,5, 12 %, $3.50. */
const DRESSED = /^(?:[$€£¥]\s?)?[+-]?(?:\d{1,3}(?:[,'\s]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?)\s?[%$€£¥]?$/;

/** From this part on, a column is what most of its cells are, and the rest are slips. */
const MOST = 0.9;
/** A column of texts with more different values than this, and most of them different, is an identifier or free text. */
const MANY_VALUES = 50;

export interface ColumnProfile {
  readonly name: string;
  readonly kind: 'number' | 'categorical';
  /** Rows without a value. */
  readonly gaps: number;
  /** Rows with a text where a good part of the others have numbers; 0 where the column is one or the other. */
  readonly texts: number;
  /** How often each category occurs; empty for numbers. */
  readonly counts: ReadonlyMap<string, number>;
  /** A value that occurs, for forms. */
  readonly example: number | string;
  /** Whether all numbers are whole. */
  readonly integer: boolean;
  /** The values in the order of the rows, null where there is none. */
  readonly values: readonly (number | string | null)[];
  /** Why nothing can be learnt from it. */
  readonly useless?: string;
  /** Whether that is because it looks like an identifier. */
  readonly identifier: boolean;
}

/** @param categorical takes numbers as names. */
export function profileColumn(
  table: Table,
  name: string,
  rows: readonly number[],
  missing: ReadonlySet<string>,
  categorical: boolean,
): ColumnProfile {
  const cells = cellsOf(table, name);
  const present = rows.filter((row) => !missing.has(cells[row]!));
  const numbers = present.filter((row) => NUMBER.test(cells[row]!)).length;
  refuseDates(name, present, cells);
  if (!categorical && numbers < present.length) refuseDressed(table, name, present, cells);
  const isNumber = !categorical && present.length > 0 && numbers === present.length;
  if (!isNumber && !categorical && numbers >= MOST * present.length && numbers > 0) {
    throw mixed(
      table,
      name,
      present.find((row) => !NUMBER.test(cells[row]!))!,
    );
  }
  const different = new Set(present.map((row) => cells[row]!));
  const counts = new Map<string, number>();
  if (!isNumber) for (const row of present) counts.set(cells[row]!, (counts.get(cells[row]!) ?? 0) + 1);
  const values = rows.map((row) => (missing.has(cells[row]!) ? null : isNumber ? Number(cells[row]) : cells[row]!));
  const integer = isNumber && values.every((value) => value === null || Number.isInteger(value));
  const identifier = looksLikeIdentifier(isNumber, integer, different, present.length);
  const useless = uselessness(present.length, different, identifier, categorical);
  return {
    name,
    kind: isNumber ? 'number' : 'categorical',
    gaps: rows.length - present.length,
    texts: !isNumber && !categorical && numbers >= (1 - MOST) * present.length ? present.length - numbers : 0,
    counts,
    example: values.find((value) => value !== null) ?? '',
    integer,
    values,
    identifier,
    ...(useless === undefined ? {} : { useless }),
  };
}

function refuseDates(name: string, present: readonly number[], cells: readonly string[]): void {
  if (present.length === 0 || !mostMatch(DATE, present, cells)) return;
  throw new TrainingError(
    `"${name}" holds dates such as ${cells[present[0]!]}, which are no feature as they are: make numbers of what matters ` +
      `(year, month, weekday, days since), or leave it out with --exclude ${JSON.stringify(name)}.`,
  );
}

/** What is no such value is soon known. */
function mostMatch(form: RegExp, present: readonly number[], cells: readonly string[]): boolean {
  let others = 0;
  for (const row of present) {
    if (!form.test(cells[row]!)) others += 1;
    if (others > (1 - MOST) * present.length) return false;
  }
  return true;
}

/** As categories they would lose their order, or be taken for identifiers. */
function refuseDressed({ lines }: Table, name: string, present: readonly number[], cells: readonly string[]): void {
  if (!mostMatch(DRESSED, present, cells)) return;
  const odd = present.find((row) => !NUMBER.test(cells[row]!) && DRESSED.test(cells[row]!));
  if (odd === undefined) return;
  throw new TrainingError(
    `"${name}" holds numbers written as "${cells[odd]}" (line ${lines[odd]}): write them with digits and a decimal point alone, ` +
      `or add --categorical ${JSON.stringify(name)} if they are names.`,
  );
}

function mixed(table: Table, name: string, row: number): TrainingError {
  const cell = cellsOf(table, name)[row]!;
  return new TrainingError(
    `"${name}" holds numbers, but "${cell}" in line ${table.lines[row]}: correct it, add --missing ` +
      `${JSON.stringify(cell)} if it means "not known", or --categorical ${JSON.stringify(name)} if they are names.`,
  );
}

/** Texts that hardly occur twice, or whole numbers that count the rows. */
function looksLikeIdentifier(isNumber: boolean, integer: boolean, different: ReadonlySet<string>, rows: number) {
  if (!isNumber) return different.size > MANY_VALUES && different.size > rows / 2;
  if (!integer || different.size < rows || rows < MANY_VALUES) return false;
  let [least, most] = [Infinity, -Infinity];
  for (const text of different) [least, most] = [Math.min(least, Number(text)), Math.max(most, Number(text))];
  return most - least === rows - 1;
}

function uselessness(rows: number, different: ReadonlySet<string>, identifier: boolean, categorical: boolean) {
  if (rows === 0) return 'is empty in every row';
  if (different.size === 1) return `is "${[...different][0]}" in every row`;
  if (identifier && !categorical) return `looks like an identifier or free text (${different.size} different values)`;
  return undefined;
}
