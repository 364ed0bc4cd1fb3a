import { describe, expect, it } from 'vitest';
import type { CategoricalFeature, NumberFeature } from '../core/signature.js';
import { distributionOf, predictionDistribution } from './distributions.js';

const base = { description: 'd', sensitive: false, missing: { policy: 'refuse' } } as const;
const age: NumberFeature = {
  ...base,
  kind: 'number',
  name: 'age',
  minimum: null,
  maximum: null,
  integer: false,
  normalisation: { mean: 0, std: 1 },
  unit: null,
  example: 1,
};
const size: CategoricalFeature = {
  ...base,
  kind: 'categorical',
  name: 'size',
  values: ['small', 'big', 'huge'],
  encoding: 'one-hot',
  example: 'big',
};

describe('a distribution', () => {
  it('of a category counts each allowed value, unused ones too, and the missing values apart', () => {
    expect(distributionOf(size, ['big', null, 'big', 'small'])).toEqual({
      kind: 'categorical',
      counts: { small: 1, big: 2, huge: 0 },
      missing: 1,
    });
  });

  it('of a number gives mean, population deviation and the eleven deciles, interpolated', () => {
    const distribution = distributionOf(age, [5, 1, null, 2, 4, 3]);
    expect(distribution).toMatchObject({ kind: 'number', count: 5, missing: 1, mean: 3, std: Math.SQRT2 });
    const { deciles } = distribution as { deciles: number[] };
    expect(deciles.map((value) => Number(value.toFixed(9)))).toEqual([1, 1.4, 1.8, 2.2, 2.6, 3, 3.4, 3.8, 4.2, 4.6, 5]);
  });

  it('refuses a number that no training row has', () => {
    expect(() => distributionOf(age, [null, null])).toThrow('No training row has a value for age');
  });

  it('of answers counts the winners and how sure they were, each edge in the bin above it', () => {
    const answers = Float32Array.of(1, 0, 0.5, 0.5, 0.25, 0.75, 0.0005, 0.9995);
    const { rows, classes, confidence } = predictionDistribution(answers, 4, {
      classes: [
        { label: 'no', title: 'No' },
        { label: 'yes', title: 'Yes' },
      ],
    });
    expect({ rows, classes }).toEqual({ rows: 4, classes: { no: 2, yes: 2 } });
    const bin = (from: number) => confidence.counts[confidence.edges.indexOf(from)];
    expect([bin(0.5), bin(0.7), bin(0.999)]).toEqual([1, 1, 2]);
    expect(confidence.counts.reduce((sum, count) => sum + count)).toBe(4);
  });
});
