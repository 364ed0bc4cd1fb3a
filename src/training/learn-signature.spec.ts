import { describe, expect, it } from 'vitest';
import { category, number, signatureOf } from '../../test/support/signatures.js';
import type { Feature, NumberFeature } from '../core/signature.js';
import type { Manifest } from '../model/package/manifest.js';
import { type DataRow, Frame } from './datasets/frame.js';
import { learnSignature } from './learn-signature.js';
import type { SignatureDraft } from './signature-draft.js';
import { TrainingError } from './training-error.js';

type Learnt = Partial<Record<'normalisation' | 'missing', readonly string[]>>;

const draft = (feature: Feature, { normalisation = [], missing = [] }: Learnt): SignatureDraft => ({
  provisional: signatureOf(feature) as Manifest['signature'],
  normalisation: new Set(normalisation),
  missing: new Set(missing),
});
const learn = (feature: Feature, what: Learnt, values: (string | number | null)[]) => {
  const rows = values.map((value): DataRow => ({ [feature.name]: value }));
  return learnSignature(draft(feature, what), Frame.of([feature.name], rows)).features[0];
};
const size = category('size', ['small', 'big', 'huge']);
const weight = number('weight');

describe('a learnt signature', () => {
  it('has the mean and the population deviation of the values that are there', () => {
    const learnt = learn(weight, { normalisation: ['weight'] }, [1, null, 3, 5, 7]);
    expect(learnt).toEqual({ ...weight, normalisation: { mean: 4, std: Math.sqrt(5) } });
  });

  it('fills a missing number in with the median', () => {
    expect(learn(weight, { missing: ['weight'] }, [9, 1, null, 2, 4])).toEqual({
      ...weight,
      missing: { policy: 'default', value: 3 },
    });
  });

  it('fills a missing whole number in with a whole number', () => {
    const whole = number('weight', { integer: true });
    expect(learn(whole, { missing: ['weight'] }, [1, 2, 3, 4])?.missing).toEqual({ policy: 'default', value: 3 });
  });

  it('fills a missing category in with the most frequent one, the first of them on a tie', () => {
    const fill = (...values: (string | null)[]) => learn(size, { missing: ['size'] }, values)?.missing;
    expect(fill('small', 'huge', null, null, 'huge')).toEqual({ policy: 'default', value: 'huge' });
    expect(fill('huge', 'big')).toEqual({ policy: 'default', value: 'big' });
  });

  it('keeps what it is not asked to learn', () => {
    expect(learn(weight, {}, [1, 2])).toEqual(weight);
    expect(learn(size, {}, ['big'])).toEqual(size);
  });

  it('takes a number as it is that is the same in all of these rows: others may differ', () => {
    const learnt = learn(weight, { normalisation: ['weight'] }, [2, 2, null]);
    expect(learnt).toEqual({ ...weight, normalisation: { mean: 2, std: 1 } });
  });

  it('keeps a value that one row of many has within eight deviations of the others', () => {
    const values = [...Array.from({ length: 999 }, () => 0), 4];
    const learnt = learn(weight, { normalisation: ['weight'] }, values);
    expect(learnt).toEqual({ ...weight, normalisation: { mean: 0.004, std: 0.5 } });
  });

  it('refuses a number that no row has', () => {
    const attempt = () => learn(weight, { normalisation: ['weight'] }, [null, null]);
    expect(attempt).toThrow(TrainingError);
    expect(attempt).toThrow('No training row has a value for weight: remove it.');
  });

  it('gives many columns that measure the same thing one scale, and others one each', () => {
    const names = Array.from({ length: 200 }, (_, at) => `p${at}`);
    const rows = [0, 1].map((row) =>
      Object.fromEntries(names.map((name, at) => [name, row * (at === 0 ? 4 : 2 + (at % 3))])),
    );
    const scales = (features: readonly string[]) => {
      const provisional = {
        name: 'many',
        features: features.map((name) => ({ ...weight, name })),
        classes: [],
      } as never;
      const asked: SignatureDraft = { provisional, normalisation: new Set(features), missing: new Set() };
      const learnt = learnSignature(asked, Frame.of(names, rows)).features as readonly NumberFeature[];
      return new Set(learnt.map(({ normalisation }) => JSON.stringify(normalisation)));
    };
    expect(scales(names)).toEqual(new Set(['{"mean":0,"std":4}']));
    expect(scales(names.slice(1)).size).toBe(3);
  });
});
