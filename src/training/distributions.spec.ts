import { describe, expect, it } from 'vitest';
import type { CategoricalFeature, NumberFeature } from '../core/signature.js';
import { distributionOf } from './distributions.js';

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
});
