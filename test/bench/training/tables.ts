import { join } from 'node:path';
import { ROOT } from '../paths.ts';
import { digitsCsv } from './digits.ts';

/** A table whose column `part` says which rows are held out. */
export interface BenchTable {
  readonly name: string;
  readonly target: string;
  /** Whether it is in the short form. */
  readonly quick: boolean;
  /** Least accuracy that is asked for, whatever the peers reach. */
  readonly least?: number;
  csv(): Promise<string>;
}

export const PART = 'part';

export const TABLES: readonly BenchTable[] = [
  { name: 'penguins', target: 'species', quick: true, csv: () => datasetCsv('penguins') },
  { name: 'car-evaluation', target: 'class', quick: true, csv: () => datasetCsv('car-evaluation') },
  { name: 'digits', target: 'digit', quick: false, least: 0.96, csv: () => Promise.resolve(digitsCsv()) },
];

interface Dataset {
  readonly columns: readonly string[];
  readonly target: string;
  frame(): { rows(): readonly Readonly<Record<string, string | number | null>>[] };
}

/** A data set of the project; every fourth row of a class is held out. */
async function datasetCsv(name: string): Promise<string> {
  const { datasetNamed } = (await import(join(ROOT, 'dist/training/datasets/index.js'))) as {
    datasetNamed(name: string): Dataset;
  };
  const { columns, target, frame } = datasetNamed(name);
  const seen = new Map<unknown, number>();
  const lines = frame()
    .rows()
    .map((row) => {
      const count = (seen.get(row[target]) ?? 0) + 1;
      seen.set(row[target], count);
      return [...columns.map((column) => row[column] ?? ''), count % 4 === 0 ? 'test' : 'train'].join();
    });
  return [[...columns, PART].join(), ...lines].join('\n') + '\n';
}
