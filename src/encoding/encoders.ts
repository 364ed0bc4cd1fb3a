import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsNumber, IsString, Max, Min } from 'class-validator';
import type { InputFault } from '../core/errors.js';
import type { CategoricalFeature, Feature, FeatureKindName, NumberFeature } from '../core/signature.js';
import { CategoryReader } from './category-reader.js';
import { boundsOf, standardiserOf } from './number-bounds.js';
import { NumberReader } from './number-reader.js';
import { codeEffects, columnOf, type Placement } from './placement.js';

/**
 * Writes `value` into the row of `out` that starts at `start` and holds zeros, and says true; or says false when the
 * signature refuses it.
 */
export type ValueEncoder = (value: unknown, out: Float32Array, start: number) => boolean;

/** The same from the bytes of a JSON body. */
export interface ValueReader {
  /** The place after the value that starts at `at`; or -1 for what is refused, malformed or not worth being fast at. */
  read(body: DataView, at: number, out: Float32Array, start: number): number;
}

/** What a class-validator decorator carries for the problem that it reports. */
export interface FaultContext {
  readonly code: InputFault;
  readonly allowed?: readonly string[];
}

/** Everything that the service knows about one kind of feature. */
export interface FeatureKind<F extends Feature> {
  /** Columns that a value takes in the encoded row. */
  width(feature: F): number;
  /** The values that it takes, in the order of their codes, or null when there is no end of them. */
  choices(feature: F): readonly string[] | null;
  /** Accepts and encodes. Never sees a missing value. */
  encoder(feature: F, placement: Placement): ValueEncoder;
  /** Accepts and encodes bytes: nothing that the encoder refuses, and never otherwise than it does. */
  reader(feature: F, placement: Placement): ValueReader;
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
    choices: ({ values }) => values,
    encoder: coded,
    reader: (feature, placement) => new CategoryReader(codesOf(feature), codeEffects(feature, placement)),
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
    choices: () => null,
    encoder: standardised,
    reader: (feature, placement) => new NumberReader(standardiserOf(feature), columnOf(placement)),
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

function coded(feature: CategoricalFeature, placement: Placement): ValueEncoder {
  const codes = codesOf(feature);
  const { at, amount } = codeEffects(feature, placement);
  return (value, out, start) => {
    const code = codes.get(value);
    if (code === undefined) return false;
    out[start + at[code]!]! += amount[code]!;
    return true;
  };
}

function standardised(feature: NumberFeature, placement: Placement): ValueEncoder {
  const standardise = standardiserOf(feature);
  const column = columnOf(placement);
  return (value, out, start) => {
    if (typeof value !== 'number') return false;
    const standardised = standardise(value);
    if (Number.isNaN(standardised)) return false;
    out[start + column] = standardised;
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
