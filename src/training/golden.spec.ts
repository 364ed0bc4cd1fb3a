import { describe, expect, it } from 'vitest';
import { category, number, signatureOf } from '../../test/support/signatures.js';
import type { RowBatch } from '../core/row-batch.js';
import type { Signature } from '../core/signature.js';
import type { DataRow } from './datasets/dataset.js';
import { Frame } from './datasets/frame.js';
import type { Examples } from './examples.js';
import { goldenRecords } from './golden.js';
import { seededRandom } from './random.js';

const ROWS = 100;
/** Answers with the first column of a row, so that a record shows which row its probabilities are for. */
const model = {
  predict: ({ data, width }: RowBatch) =>
    Float32Array.from([...data].filter((_, at) => at % width === 0).flatMap((row) => [row / ROWS, 1.0000001])),
};
const plain = signatureOf(number('row'));

const frameOf = (rows: DataRow[]) => Frame.of(Object.keys(rows[0]!), rows);

function examplesOf(row: (index: number) => DataRow): Examples {
  return {
    rows: frameOf(Array.from({ length: ROWS }, (_, index) => row(index))),
    inputs: { data: new Float32Array(ROWS), rows: ROWS, width: 1 },
    labels: Array.from({ length: ROWS }, (_, index) => (index < 95 ? 0 : 1)),
  };
}
const recordsOf = (examples: Examples, signature: Signature = plain, seed = 42) =>
  goldenRecords(model, examples, signature, seededRandom(seed)).records;
const examples = examplesOf((row) => ({ row }));

describe('golden records', () => {
  it('hold 40 inputs with rows of every class', () => {
    const rows = recordsOf(examples).map(({ input }) => Number(input.row));
    expect(rows).toHaveLength(40);
    expect(rows.filter((row) => row >= 95)).toHaveLength(5);
  });

  it('pair each input with its own probabilities, rounded to seven decimals and never above 1', () => {
    for (const { input, probabilities } of recordsOf(examples)) {
      expect(probabilities).toEqual([Number(input.row) / ROWS, 1]);
    }
  });

  it('are the same for the same seed', () => {
    expect(recordsOf(examples, plain, 1)).toEqual(recordsOf(examples, plain, 1));
    expect(recordsOf(examples, plain, 2)).not.toEqual(recordsOf(examples, plain, 1));
  });

  it('add each gap that the signature fills, all of them at once, and each limit of a number, whole where it must be', () => {
    const filled = { policy: 'default', value: 1 } as const;
    const signature = signatureOf(
      number('row', { minimum: -0.5, maximum: 200, integer: true, missing: filled }),
      number('weight', { minimum: null, maximum: 9, missing: filled }),
      category('size', ['small', 'big']),
    );
    // Whatever the sample holds first, the base of the edges is a row without a gap.
    const gappy = examplesOf((row) => ({ row: row === 99 ? row : null, weight: 3, size: 'big' }));
    const edges = recordsOf(gappy, signature).slice(40);
    const base = { row: 99, weight: 3, size: 'big' };
    expect(edges.map(({ input }) => input)).toEqual([
      { ...base, row: null },
      { ...base, weight: null },
      { ...base, row: null, weight: null },
      { ...base, row: -0 },
      { ...base, row: 200 },
      { ...base, weight: 9 },
    ]);
    expect(edges.map(({ probabilities }) => probabilities[0])).toEqual([0.01, 0.99, 0.01, 0, 1, 0.99]);
  });
});
