import fc from 'fast-check';
import type { CategoricalFeature, Feature, NumberFeature, Row, Signature } from '../../src/core/signature.js';

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

/** Names and categories that look alike, are longer than a word of the machine, or are not ASCII. */
const plainText = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', '}', ' '), minLength: 1, maxLength: 12 }),
  fc.string({ unit: fc.constantFrom('a', 'b', 'ü', '€', '🚗'), minLength: 1, maxLength: 30 }),
  fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 }).map((text) => text.replaceAll(/["\\]/g, '/')),
);

/** The same, and now and then texts that JSON must escape or UTF-8 cannot carry. */
const anyText = fc.oneof(
  { weight: 30, arbitrary: plainText },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }) },
  { weight: 1, arbitrary: fc.constantFrom('\ud800', '\ufffd', '\u007f', 'null', '__proto__', 'toString', 'a\\b', '"') },
);

/** Texts that are also numbers, in the form that JSON gives them and in others. */
const anyNumberText = fc.oneof(
  fc.integer({ min: -20, max: 20 }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.constantFrom('04', '4.0', '4e0', '-0', '1e+21', '1e21', '123456789012345', '0.1'),
);

const missingPolicy = <V>(value: fc.Arbitrary<V>) =>
  fc.oneof(
    fc.constant({ policy: 'refuse' } as const),
    value.map((fallback) => ({ policy: 'default', value: fallback }) as const),
  );

const broadCategory = (name: string) =>
  fc
    .uniqueArray(fc.oneof(anyText, anyNumberText), { minLength: 2, maxLength: 9 })
    .chain((values) =>
      fc
        .tuple(fc.constantFrom('one-hot' as const, 'ordinal' as const), missingPolicy(fc.constantFrom(...values)))
        .map(([encoding, missing]) => category(name, values, { encoding, missing })),
    );

const broadNumber = (name: string) =>
  fc
    .record({
      minimum: fc.option(fc.integer({ min: -1000, max: 0 })),
      maximum: fc.option(fc.integer({ min: 1, max: 1000 })),
      integer: fc.boolean(),
      mean: fc.constantFrom(0, 3.5, -1e6),
      std: fc.constantFrom(1, 0.001, 250),
      missing: missingPolicy(fc.constantFrom(0, 7, 1e9)),
    })
    .map(({ mean, std, ...more }) => number(name, { ...more, normalisation: { mean, std } }));

const anyNames = fc.uniqueArray(anyText, { minLength: 1, maxLength: 6 });

/** Signatures with several features of texts that JSON writes in many ways. */
export const anyBroadSignature: fc.Arbitrary<Signature> = anyNames.chain((names) =>
  fc
    .tuple(...names.map((name) => fc.oneof({ weight: 2, arbitrary: broadCategory(name) }, broadNumber(name))))
    .map((features) => signatureOf(...features)),
);

/** The same, with a finite number of inputs. */
export const anyFiniteSignature: fc.Arbitrary<Signature> = fc
  .uniqueArray(anyText, { minLength: 1, maxLength: 4 })
  .chain((names) => fc.tuple(...names.map(broadCategory)))
  .map((features) => signatureOf(...features));

const anyDouble = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(-0, 1e22, 1e23, 123456789012345680, 2 ** 53 + 2, 5e-324, 0.1, 1e-7),
);

/** A value for `feature` as JSON can carry it: most are accepted, categories also as numbers of the same text. */
function valueFor(feature: Feature): fc.Arbitrary<unknown> {
  if (feature.kind === 'number') {
    const whole = fc.integer({ min: feature.minimum ?? -100_000, max: feature.maximum ?? 100_000 });
    const accepted = feature.integer
      ? whole
      : fc.oneof(
          whole,
          whole.map((value) => value / 1000),
        );
    return fc.oneof({ weight: 15, arbitrary: accepted }, { weight: 1, arbitrary: anyDouble });
  }
  return fc.tuple(fc.constantFrom(...feature.values), fc.boolean()).map(([text, asNumber]) => {
    return asNumber && String(Number(text)) === text ? Number(text) : text;
  });
}

/** A row of `signature` with its keys in any order; some lack a value, have null, or have one of another feature. */
export function rowFor({ features }: Signature): fc.Arbitrary<Row> {
  const entry = (feature: Feature) =>
    fc.oneof(
      { weight: 40, arbitrary: valueFor(feature).map((sent) => [[feature.name, sent]]) },
      { weight: 1, arbitrary: fc.constantFrom([], [[feature.name, null]], [[feature.name, true]]) },
    );
  return fc
    .tuple(...features.map(entry))
    .chain((entries) => fc.shuffledSubarray(entries.flat(), { minLength: entries.flat().length }))
    .map((entries) => Object.fromEntries(entries as [string, unknown][]) as Row);
}
