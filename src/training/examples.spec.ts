import { describe, expect, it } from 'vitest';
import type { CategoricalFeature, Signature } from '../core/signature.js';
import type { DataRow, Dataset } from './datasets/dataset.js';
import { Frame } from './datasets/frame.js';
import { assertTrainable, pick, reencode, toExamples } from './examples.js';

const size: CategoricalFeature = {
  kind: 'categorical',
  name: 'size',
  description: 'd',
  sensitive: false,
  values: ['small', 'big'],
  encoding: 'one-hot',
  example: 'big',
  missing: { policy: 'refuse' },
};
const signature: Signature = {
  features: [size],
  classes: [
    { label: 'no', title: 'No' },
    { label: 'yes', title: 'Yes' },
  ],
};
const dataset = (rows: DataRow[], columns = ['id', 'size', 'good']): Dataset => ({
  name: 'boxes',
  source: 'made up',
  licence: 'CC0-1.0',
  columns,
  target: 'good',
  frame: () => Frame.of(columns, rows),
});

describe('examples', () => {
  it('hold what the serving encoder makes of the rows, without the columns that are no features', () => {
    const examples = toExamples(dataset([{ id: 1, size: 'big', good: 'yes' }]), signature);
    expect(examples.rows.rows()).toEqual([{ size: 'big' }]);
    expect(examples.inputs).toEqual({ data: Float32Array.of(0, 1), rows: 1, width: 2 });
    expect(examples.labels).toEqual([1]);
  });

  it('are picked in the order asked for', () => {
    const rows = ['small', 'big', 'big'].map((value, id) => ({ id, size: value, good: id === 0 ? 'no' : 'yes' }));
    const picked = pick(toExamples(dataset(rows), signature), [2, 0]);
    expect(picked.labels).toEqual([1, 0]);
    expect(picked.inputs).toEqual({ data: Float32Array.of(0, 1, 1, 0), rows: 2, width: 2 });
  });

  it('are encoded anew for another signature of the same rows', () => {
    const examples = toExamples(dataset([{ id: 1, size: 'big', good: 'yes' }]), signature);
    const ordinal = { ...signature, features: [{ ...size, encoding: 'ordinal' as const }] };
    expect(reencode(examples, ordinal)).toEqual({
      ...examples,
      inputs: { data: Float32Array.of(1), rows: 1, width: 1 },
    });
  });

  it('name the row, the feature and the nearest allowed value when the signature refuses a row', () => {
    const rows = [
      { id: 1, size: 'big', good: 'yes' },
      { id: 2, size: 'smal', good: 'no' },
    ];
    expect(() => toExamples(dataset(rows), signature)).toThrow(
      'boxes, row 2: the signature refuses it: size must be one of "small", "big"; did you mean "small"?',
    );
  });

  it('name the row and the class that the signature does not know', () => {
    expect(() => toExamples(dataset([{ id: 1, size: 'big', good: 'maybe' }]), signature)).toThrow(
      'boxes, row 1: its class "maybe" is not among the signature\'s (no, yes)',
    );
  });

  it('name the column that the data set lacks, and the one that was probably meant', () => {
    expect(() => toExamples(dataset([], ['sizes', 'good']), signature)).toThrow(
      'boxes has no column "size"; did you mean "sizes"?',
    );
  });

  it('are too few to train on below 40, and useless when a class never occurs', () => {
    const rows = Array.from({ length: 40 }, (_, id) => ({ id, size: 'big', good: 'yes' }));
    const check = (some: DataRow[]) => {
      assertTrainable(toExamples(dataset(some), signature), signature);
    };
    expect(() => check(rows.slice(1))).toThrow('The data set has 39 rows; at least 40 are needed.');
    expect(() => check(rows)).toThrow('No row of the data set has the class no: take it out of the signature.');
    expect(() => check([...rows, { id: 40, size: 'big', good: 'no' }])).not.toThrow();
  });
});
