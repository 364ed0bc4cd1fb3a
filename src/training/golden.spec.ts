import { describe, expect, it } from 'vitest';
import type { RowBatch } from '../core/row-batch.js';
import type { Examples } from './examples.js';
import { goldenRecords } from './golden.js';
import { seededRandom } from './random.js';

const ROWS = 100;
const examples: Examples = {
  rows: Array.from({ length: ROWS }, (_, row) => ({ row })),
  inputs: { data: Float32Array.from({ length: ROWS }, (_, row) => row), rows: ROWS, width: 1 },
  labels: Array.from({ length: ROWS }, (_, row) => (row < 95 ? 0 : 1)),
};
/** Answers with the row's own number, so that a record shows which row its probabilities are for. */
const model = {
  predict: ({ data }: RowBatch) => Float32Array.from([...data].flatMap((row) => [row / ROWS, 1.0000001])),
};

describe('golden records', () => {
  it('hold 40 inputs with rows of every class', () => {
    const rows = goldenRecords(model, examples, seededRandom(42)).records.map(({ input }) => Number(input.row));
    expect(rows).toHaveLength(40);
    expect(rows.filter((row) => row >= 95)).toHaveLength(5);
  });

  it('pair each input with its own probabilities, rounded to seven decimals and never above 1', () => {
    for (const { input, probabilities } of goldenRecords(model, examples, seededRandom(42)).records) {
      expect(probabilities).toEqual([Number(input.row) / ROWS, 1]);
    }
  });

  it('are the same for the same seed', () => {
    const records = (seed: number) => goldenRecords(model, examples, seededRandom(seed));
    expect(records(1)).toEqual(records(1));
    expect(records(2)).not.toEqual(records(1));
  });
});
