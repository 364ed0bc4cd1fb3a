import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsNumber, IsString, Max, Min } from 'class-validator';
import type { InputFault } from '../core/errors.js';
import type { CategoricalFeature, Feature, FeatureKindName, NumberFeature } from '../core/signature.js';
import { boundsOf } from './number-bounds.js';

/** Writes the columns of `value` into `out` from `at` on and says true, or says false when the signature refuses it. */
export type ValueEncoder = (value: unknown, out: Float32Array, at: number) => boolean;

/** What a class-validator decorator carries for the problem that it reports. */
export interface FaultContext {
  readonly code: InputFault;
  readonly allowed?: readonly string[];
}

/** Everything that the service knows about one kind of feature. */
export interface FeatureKind<F extends Feature> {
  /** Columns that a value takes in the encoded row. */
  width(feature: F): number;
  /** Accepts and encodes. Never sees a missing value. */
  encoder(feature: F): ValueEncoder;
  /** Explains what the encoder refuses: class-validator rules, the first broken one first. */
  rules(feature: F): PropertyDecorator[];
  /** The accepted values as JSON Schema 2020-12, for OpenAPI. */
  schema(feature: F): Record<string, unknown>;
}

type KindOf<K extends FeatureKindName> = FeatureKind<Extract<Feature, { kind: K }>>;

/** The table of feature kinds: adding one is adding an entry. */
const FEATURE_KINDS: { readonly [K in FeatureKindName]: KindOf<K> } = {
  categorical: {
    width: ({ encoding, values }) => (encoding === 'one-hot' ? values.length : 1),
    encoder: (feature) => (feature.encoding === 'one-hot' ? oneHot(feature) : ordinal(feature)),
    rules: (feature) => [
      // NOTE: a category may be sent as a number, as JSON made from a spreadsheet does: 4 means "4".
      Transform(({ value }: { value: unknown }) => asCategory(value)),
      IsString({ context: { code: 'wrong-type' } satisfies FaultContext, message: 'must be a string or a number' }),
      IsIn(feature.values, {
        context: { code: 'not-allowed', allowed: feature.values } satisfies FaultContext,
        message: `must be one of ${feature.values.map((value) => JSON.stringify(value)).join(', ')}`,
      }),
    ],
    schema: ({ values }) => {
      const text = { type: 'string', enum: values };
      const numbers = values.flatMap(numberForm);
      // NOTE: Nest's Swagger wants a type beside oneOf; `openapi.service.ts` takes it out of the document.
      return numbers.length === 0 ? text : { type: 'string', oneOf: [text, { type: 'number', enum: numbers }] };
    },
  },
  number: {
    width: () => 1,
    encoder: standardised,
    rules: numberRules,
    schema: (feature) => ({
      type: feature.integer ? 'integer' : 'number',
      ...(feature.minimum === null ? {} : { minimum: feature.minimum }),
      ...(feature.maximum === null ? {} : { maximum: feature.maximum }),
    }),
  },
};

/** The table's entry for `feature`. */
export function kindOf<F extends Feature>(feature: F): FeatureKind<F> {
  // A union's own table entry always takes that union's member, which the compiler cannot see through the index.
  return FEATURE_KINDS[feature.kind] as unknown as FeatureKind<F>;
}

function asCategory(value: unknown): unknown {
  return typeof value === 'number' ? String(value) : value;
}

/** The number that JSON may carry in the place of a category, if its text is exactly that number's. */
function numberForm(value: string): number[] {
  const number = Number(value);
  return String(number) === value && Number.isFinite(number) ? [number] : [];
}

function codesOf({ values }: CategoricalFeature): Map<unknown, number> {
  const codes = new Map<unknown, number>();
  values.forEach((value, code) => {
    for (const form of [value, ...numberForm(value)]) codes.set(form, code);
  });
  return codes;
}

function oneHot(feature: CategoricalFeature): ValueEncoder {
  const codes = codesOf(feature);
  return (value, out, at) => {
    const code = codes.get(value);
    if (code === undefined) return false;
    out[at + code] = 1;
    return true;
  };
}

function ordinal(feature: CategoricalFeature): ValueEncoder {
  const codes = codesOf(feature);
  const top = Math.max(feature.values.length - 1, 1);
  return (value, out, at) => {
    const code = codes.get(value);
    if (code === undefined) return false;
    out[at] = code / top;
    return true;
  };
}

function standardised(feature: NumberFeature): ValueEncoder {
  const { minimum, maximum } = boundsOf(feature);
  const { mean, std } = feature.normalisation;
  return (value, out, at) => {
    // NaN fails both comparisons.
    if (typeof value !== 'number' || !(value >= minimum && value <= maximum)) return false;
    if (feature.integer && !Number.isInteger(value)) return false;
    out[at] = (value - mean) / std;
    return true;
  };
}

function numberRules(feature: NumberFeature): PropertyDecorator[] {
  const { minimum, maximum } = boundsOf(feature);
  const range = { code: 'out-of-range' } satisfies FaultContext;
  return [
    IsNumber({}, { context: { code: 'wrong-type' } satisfies FaultContext, message: 'must be a finite JSON number' }),
    ...(feature.integer
      ? [IsInt({ context: { code: 'wrong-type' } satisfies FaultContext, message: 'must be a whole number' })]
      : []),
    Min(minimum, { context: range, message: `must be at least ${minimum}` }),
    Max(maximum, { context: range, message: `must be at most ${maximum}` }),
  ];
}
