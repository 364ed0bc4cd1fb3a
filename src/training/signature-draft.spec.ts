import { describe, expect, it } from 'vitest';
import { SignatureDraftSchema } from './signature-draft.js';

const size = {
  kind: 'categorical',
  name: 'size',
  description: 'd',
  values: ['small', 'big'],
  encoding: 'one-hot',
  example: 'big',
  missing: { policy: 'refuse' },
  sensitive: false,
};
const weight = {
  kind: 'number',
  name: 'weight',
  description: 'd',
  minimum: 1,
  maximum: 9,
  integer: false,
  normalisation: { mean: 5, std: 2 },
  unit: 'kg',
  example: 3,
  missing: { policy: 'refuse' },
  sensitive: false,
};
const classes = [
  { label: 'no', title: 'No' },
  { label: 'yes', title: 'Yes' },
];
const draft = (...features: unknown[]) => SignatureDraftSchema.safeParse({ features, classes });
const problems = (...features: unknown[]) =>
  draft(...features).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);

describe('the draft of a signature', () => {
  it('is the signature itself when there is nothing to learn', () => {
    const { data } = draft(size, weight);
    expect(data!.provisional).toEqual({ features: [size, weight], classes });
    expect([...data!.normalisation, ...data!.missing]).toEqual([]);
  });

  it('names what is learnt and puts neutral values in its place', () => {
    const { data } = draft({ ...size, missing: 'learn' }, { ...weight, normalisation: 'learn', missing: 'learn' });
    expect([...data!.normalisation]).toEqual(['weight']);
    expect([...data!.missing]).toEqual(['size', 'weight']);
    expect(data!.provisional.features).toEqual([
      { ...size, missing: { policy: 'default', value: 'big' } },
      { ...weight, normalisation: { mean: 0, std: 1 }, missing: { policy: 'default', value: 3 } },
    ]);
  });

  it('takes "learn" as a category like any other', () => {
    const { data } = draft({ ...size, values: ['learn', 'work'], example: 'learn' });
    expect([...data!.missing]).toEqual([]);
  });

  it('refuses what the manifest would refuse, at the same place', () => {
    expect(problems({ ...weight, normalisation: 'lern' })).toEqual([
      'features.0.normalisation: must be an object as in a manifest, or "learn"',
    ]);
    expect(problems({ ...weight, missing: 'lern' })).toEqual([
      'features.0.missing: must be an object as in a manifest, or "learn"',
    ]);
    expect(problems(size, { ...weight, minimum: 10 })).toEqual(['features.1.minimum: must be less than maximum']);
    expect(problems({ ...size, normalisation: 'learn' })).toEqual(['features.0: Unrecognized key: "normalisation"']);
  });

  it.each([null, 'learn', [], { features: 'learn', classes }, { features: ['learn', null], classes }])(
    'refuses what is no signature at all: %j',
    (raw) => {
      expect(SignatureDraftSchema.safeParse(raw).success).toBe(false);
    },
  );
});
