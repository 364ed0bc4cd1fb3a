import fc from 'fast-check';
import type { CategoricalFeature, Feature, NumberFeature, Signature } from '../../src/core/signature.js';

export function category(name: string, values: readonly string[], more: Partial<CategoricalFeature> = {}): Feature {
  return {
    kind: 'categorical',
    name,
    values,
    encoding: 'one-hot',
    description: `The ${name}.`,
    example: values[0]!,
    missing: { policy: 'refuse' },
    sensitive: false,
    ...more,
  };
}

export function number(name: string, more: Partial<NumberFeature> = {}): Feature {
  return {
    kind: 'number',
    name,
    minimum: null,
    maximum: null,
    integer: false,
    normalisation: { mean: 0, std: 1 },
    unit: null,
    description: `The ${name}.`,
    example: 1,
    missing: { policy: 'refuse' },
    sensitive: false,
    ...more,
  };
}

export function signatureOf(...features: Feature[]): Signature {
  return {
    features,
    classes: [
      { label: 'no', title: 'No' },
      { label: 'yes', title: 'Yes' },
    ],
  };
}

const value = fc.constantFrom('2', '4', '5more', 'low', 'High', 'ünïcode', 'a/b~c', '', ' ');

const anyCategory = fc
  .record({
    values: fc.uniqueArray(value, { minLength: 2, maxLength: 6 }),
    encoding: fc.constantFrom('one-hot' as const, 'ordinal' as const),
    fallback: fc.option(fc.nat(5)),
  })
  .map(({ values, encoding, fallback }) =>
    category('category', values, {
      encoding,
      missing:
        fallback === null ? { policy: 'refuse' } : { policy: 'default', value: values[fallback % values.length]! },
    }),
  );

const anyNumber = fc
  .record({
    minimum: fc.option(fc.integer({ min: -100, max: 0 })),
    maximum: fc.option(fc.integer({ min: 1, max: 100 })),
    integer: fc.boolean(),
    mean: fc.constantFrom(0, 3.5, -1e6),
    std: fc.constantFrom(1, 0.001, 250),
    fallback: fc.option(fc.constant(0)),
  })
  .map(({ minimum, maximum, integer, mean, std, fallback }) =>
    number('number', {
      minimum,
      maximum,
      integer,
      normalisation: { mean, std },
      missing: fallback === null ? { policy: 'refuse' } : { policy: 'default', value: fallback },
    }),
  );

/** Small signatures of every kind, encoding and missing policy. */
export const anySignature: fc.Arbitrary<Signature> = fc
  .tuple(anyCategory, anyNumber)
  .map(([first, second]) => signatureOf(first, second));

/** Values as a friendly, a careless and a hostile client would send them. */
const anyValue = fc.oneof(
  value,
  fc.constantFrom(2, 4, 4.5, -0, 1e39, -1e39, 3.4e38, 1e-320, Infinity, NaN, null, undefined, true),
  fc.integer({ min: -200, max: 200 }),
  fc.double(),
  fc.string(),
  fc.constantFrom([], {}, ['low'], { toString: 'low' }),
);

/** Rows, some of them with keys too many, some no rows at all. */
export const anyRow: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ category: anyValue, number: anyValue }, { requiredKeys: [] }) },
  { weight: 1, arbitrary: fc.record({ category: anyValue, number: anyValue, extra: anyValue }) },
  { weight: 1, arbitrary: fc.constantFrom(null, 1, 'row', [], JSON.parse('{"__proto__": {"category": "low"}}')) },
);
