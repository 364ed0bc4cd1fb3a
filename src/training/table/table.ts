/** A file of rows as it was read: every cell a text, nothing judged. */
export interface Table {
  /** The file, as it was named. */
  readonly file: string;
  /** Differ from each other, and none is empty. */
  readonly columns: readonly string[];
  /** The cells of each column, in the order of the rows. */
  readonly cells: ReadonlyMap<string, readonly string[]>;
  /** The line where each row starts, from 1. */
  readonly lines: readonly number[];
}

/** The cells of a column that is known to be there. */
export function cellsOf({ cells }: Table, column: string): readonly string[] {
  const found = cells.get(column);
  if (found === undefined) throw new Error(`The table has no column ${column}. This is a bug.`);
  return found;
}
