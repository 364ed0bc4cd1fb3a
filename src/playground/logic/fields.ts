import type { Feature, FeatureDistribution, Manifest, Row, Value } from '../types.js';

/** What stands in the controls: text, also for numbers, so that half-typed ones stay as they are. */
export type Draft = Readonly<Record<string, string>>;

/** Few enough values to show them all at once, as radio buttons. */
export const MOST_RADIOS = 4;

export function exampleDraft({ signature }: Manifest): Draft {
  return Object.fromEntries(signature.features.map(({ name, example }) => [name, String(example)]));
}

export function draftOf(row: Row, { signature }: Manifest): Draft {
  return Object.fromEntries(signature.features.map(({ name }) => [name, row[name] == null ? '' : String(row[name])]));
}

/** The value that a text stands for; null where there is none. */
export function valueOf(feature: Feature, text: string): Value {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  return feature.kind === 'number' && !Number.isNaN(Number(trimmed)) ? Number(trimmed) : trimmed;
}

/** What is wrong with a text, in words that say what would be right; undefined where nothing is. */
export function problemOf(feature: Feature, text: string): string | undefined {
  const value = valueOf(feature, text);
  if (value === null) {
    return feature.missing.policy === 'refuse' ? 'A value is needed here.' : undefined;
  }
  if (feature.kind === 'categorical') {
    return feature.values.includes(String(value)) ? undefined : `Choose one of ${feature.values.join(', ')}.`;
  }
  const unit = feature.unit === null ? '' : ` ${feature.unit}`;
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'This must be a number.';
  if (feature.integer && !Number.isInteger(value)) return 'This must be a whole number.';
  if (feature.minimum !== null && value < feature.minimum) return `The least is ${feature.minimum}${unit}.`;
  if (feature.maximum !== null && value > feature.maximum) return `The most is ${feature.maximum}${unit}.`;
  return undefined;
}

export function problemsOf(features: readonly Feature[], draft: Draft): Map<string, string> {
  return new Map(
    features.flatMap((feature) => {
      const problem = problemOf(feature, draft[feature.name] ?? '');
      return problem === undefined ? [] : [[feature.name, problem] as const];
    }),
  );
}

/** The row to send. What is empty is left out: the model's policy for missing values decides. */
export function rowOf(features: readonly Feature[], draft: Draft): Row {
  return Object.fromEntries(
    features.flatMap((feature) => {
      const value = valueOf(feature, draft[feature.name] ?? '');
      return value === null ? [] : [[feature.name, value] as const];
    }),
  );
}

/** Whether training saw nothing like it: a category that never came, or a number beyond the smallest and largest. */
export function isUnseen(distribution: FeatureDistribution | undefined, value: Value): boolean {
  if (distribution === undefined || value === null) return false;
  if (distribution.kind === 'categorical') return (distribution.counts[String(value)] ?? 0) === 0;
  const [least, most] = [distribution.deciles[0], distribution.deciles.at(-1)];
  return typeof value === 'number' && least !== undefined && most !== undefined && (value < least || value > most);
}

/** The range that training saw, to show beside a field. */
export function seenRange(distribution: FeatureDistribution | undefined): readonly [number, number] | undefined {
  if (distribution?.kind !== 'number') return undefined;
  const [least, most] = [distribution.deciles[0], distribution.deciles.at(-1)];
  return least === undefined || most === undefined ? undefined : [least, most];
}

/** What a feature is measured in; null where it has no unit. */
export function unitOf({ signature }: Manifest, wanted: string): string | null {
  const feature = signature.features.find(({ name }) => name === wanted);
  return feature?.kind === 'number' ? feature.unit : null;
}
