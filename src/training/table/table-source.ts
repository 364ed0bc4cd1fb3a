import { z } from 'zod';
import { TrainingError } from '../training-error.js';
import type { Dataset } from '../datasets/dataset.js';
import { type Column, Frame } from '../datasets/frame.js';
import { cellsOf, type Table } from './table.js';

/** What stands in the place of rare categories, in training as in requests. */
export const OTHER = 'other';

const name = z.string().min(1).max(200);

/** Where a training file's rows are, when they are a file and no data set of the project. */
export const TableSourceSchema = z.strictObject({
  /** Relative to the folder in which the command runs. */
  file: z.string().min(1).max(1_000),
  /** The column that holds the class. */
  target: name,
  /** Cells that mean "not known". */
  missing: z.array(z.string().max(200)).max(100),
  /** By column: the rare categories that are taken as `other`. */
  other: z.record(z.string(), z.array(name)),
  /** The column that says `test` where a row is held out. */
  splitColumn: name.optional(),
  /** Rows with the same value of this column are never parted by a split. */
  group: name.optional(),
});

export type TableSource = z.infer<typeof TableSourceSchema>;

const HELD_OUT = new Set(['test', 'heldout', 'held-out', 'holdout']);

/** The table as a data set. Rows without a class are left out. */
export function tableDataset(table: Table, source: TableSource, numbers: ReadonlySet<string>): Dataset {
  const { target, splitColumn, group } = source;
  for (const column of [target, splitColumn, group]) {
    if (column === undefined || table.cells.has(column)) continue;
    throw new TrainingError(`${table.file} has no column "${column}"; it has ${table.columns.join(', ')}`);
  }
  const missing = new Set(source.missing);
  const kept = [...table.lines.keys()].filter((row) => !missing.has(cellsOf(table, target)[row]!));
  const columns = table.columns.filter((column) => column !== splitColumn && column !== group);
  // At once: as numbers the cells take a part of the memory that they take as texts.
  const frame = new Frame(
    new Map(columns.map((column) => [column, columnOf(table, column, source, numbers.has(column), kept)])),
  );
  return {
    name: table.file.split(/[\\/]/).at(-1)!.slice(0, 200),
    source: `The file ${table.file.split(/[\\/]/).at(-1)}, as it was given to the training command.`,
    licence: 'not stated',
    columns,
    target,
    frame: () => frame,
    ...(splitColumn === undefined ? {} : { heldOut: heldOutRows(table, splitColumn, kept) }),
    ...(group === undefined ? {} : { groups: kept.map((row) => cellsOf(table, group)[row]!) }),
  };
}

function columnOf(
  table: Table,
  column: string,
  source: TableSource,
  isNumber: boolean,
  kept: readonly number[],
): Column {
  const cells = cellsOf(table, column);
  const missing = new Set(source.missing);
  const rare = new Set(source.other[column]);
  if (!isNumber) {
    return kept.map((row) => {
      const cell = cells[row]!;
      return missing.has(cell) ? null : rare.has(cell) ? OTHER : cell;
    });
  }
  return Float64Array.from(kept, (row) => {
    const cell = cells[row]!;
    if (missing.has(cell)) return NaN;
    const value = Number(cell);
    if (Number.isFinite(value)) return value;
    throw new TrainingError(
      `${table.file}, line ${table.lines[row]}: "${column}" holds numbers, but "${cell}" is none to compute with: correct it.`,
    );
  });
}

function heldOutRows(table: Table, column: string, kept: readonly number[]): number[] {
  const cells = cellsOf(table, column);
  const held = [...kept.keys()].filter((index) => HELD_OUT.has(cells[kept[index]!]!.toLowerCase()));
  if (held.length > 0 && held.length < kept.length) return held;
  throw new TrainingError(
    `The column "${column}" must say "test" in some rows, which are held out, and not in others.`,
  );
}
