import type { Feature, Signature } from '../../core/signature.js';
import { nearest } from '../../encoding/nearest.js';
import { cellsOf, type Table } from '../../training/table/table.js';
import { OTHER, type TableSource } from '../../training/table/table-source.js';
import { RowFileError } from '../rows/row-line.js';

/** A row as a client would send it, and what it is. */
export interface LabelledRow {
  readonly line: number;
  /** Its place in the table. */
  readonly place: number;
  readonly row: Readonly<Record<string, string | number>>;
  /** Class index. */
  readonly label: number;
}

export interface LabelledRows {
  readonly rows: readonly LabelledRow[];
  /** Rows whose class is not known. */
  readonly unlabelled: number;
  /** Rows of a class that the model does not know. */
  readonly refused: readonly { readonly line: number; readonly message: string }[];
}

export interface Reading extends Pick<TableSource, 'target' | 'other'> {
  readonly missing: ReadonlySet<string>;
}

/** Refuses a table that lacks one of `names`. */
export function assertColumns({ file, columns }: Table, names: readonly string[]): void {
  const name = names.find((wanted) => !columns.includes(wanted));
  if (name === undefined) return;
  const close = nearest(name, columns);
  const hint = close === undefined ? `its columns are ${columns.join(', ')}` : `did you mean "${close}"?`;
  throw new RowFileError(`${file} has no column "${name}"; ${hint}`);
}

/** The rows of a table whose class is known, read as the training read its own. */
export function labelledRows(table: Table, { features, classes }: Signature, reading: Reading): LabelledRows {
  const { target, missing } = reading;
  const indices = new Map(classes.map(({ label }, index) => [label, index]));
  const columns = features.map((feature) => ({ feature, cells: cellsOf(table, feature.name) }));
  const rows: LabelledRow[] = [];
  const refused: { line: number; message: string }[] = [];
  let unlabelled = 0;
  cellsOf(table, target).forEach((name, place) => {
    const line = table.lines[place]!;
    const label = indices.get(name);
    if (label === undefined) {
      if (missing.has(name)) unlabelled += 1;
      else refused.push({ line, message: `${target} is ${JSON.stringify(name)}, which is no class of the model` });
      return;
    }
    const row: Record<string, string | number> = {};
    for (const { feature, cells } of columns) {
      const value = valueOf(cells[place]!, feature, reading);
      if (value !== undefined) row[feature.name] = value;
    }
    rows.push({ line, place, row, label });
  });
  return { rows, unlabelled, refused };
}

/** What is no number stays a text, to be refused; undefined where the value is missing. */
function valueOf(cell: string, feature: Feature, { missing, other }: Reading): string | number | undefined {
  if (feature.kind === 'categorical') {
    if (other[feature.name]?.includes(cell) === true) return OTHER;
    return missing.has(cell) && !feature.values.includes(cell) ? undefined : cell;
  }
  if (missing.has(cell)) return undefined;
  const number = Number(cell);
  return Number.isFinite(number) ? number : cell;
}
