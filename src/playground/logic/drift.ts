import type { DriftBin, DriftState, DriftTest, FeatureDrift, VersionDrift } from '../live-types.js';
import { number, percent } from './format.js';

/** What a state is called beside what it is of. */
export const STATE_WORDS: Readonly<Record<DriftState, string>> = {
  ok: 'as in training',
  drifting: 'drifting',
  collecting: 'not enough rows yet',
  unreferenced: 'nothing to compare with',
};

/** Which subjects drift, those that have moved furthest first; the others in the order of the signature. */
export function inOrderOfDrift(features: readonly FeatureDrift[]): readonly FeatureDrift[] {
  const drifting = features.filter(({ state }) => state === 'drifting');
  const others = features.filter(({ state }) => state !== 'drifting');
  return [...drifting.sort((a, b) => (b.psi ?? 0) - (a.psi ?? 0)), ...others];
}

/** A bar's name: a label, one number, or the numbers between two. */
export function binName({ label, from = null, to = null }: DriftBin, show = number): string {
  if (label !== undefined) return label;
  if (from === null) return to === null ? 'any' : `below ${show(to)}`;
  if (to === null) return `above ${show(from)}`;
  return from === to ? show(from) : `${show(from)} to ${show(to)}`;
}

/** The distribution in a sentence, for who cannot see it drawn. */
export function distributionText(name: string, bins: readonly DriftBin[], show = number): string {
  const parts = bins.map(
    (bin) => `${binName(bin, show)}: ${percent(bin.reference)} in training, ${percent(bin.window)} now`,
  );
  return `Distribution of ${name}. ${parts.join('; ')}.`;
}

const METHODS: Readonly<Record<DriftTest['method'], string>> = { ks: 'Kolmogorov-Smirnov', chi2: 'chi-square' };

/** The test that says most against there being no drift. */
export function testText(tests: readonly DriftTest[]): string | null {
  const [worst] = [...tests].sort((a, b) => a.adjusted - b.adjusted);
  if (worst === undefined) return null;
  const of = worst.of === 'rates' ? ' of missing and refused values' : '';
  const p = worst.adjusted < 0.0001 ? 'p < 0.0001' : `p = ${worst.adjusted.toPrecision(2)}`;
  return `${METHODS[worst.method]}${of}: ${Number(worst.statistic.toPrecision(3))}, adjusted ${p}`;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** Seconds in the largest unit that they fill: `1 hour`, `90 minutes`. */
export function spanText(seconds: number): string {
  const [size, unit] =
    seconds % HOUR === 0 ? [HOUR, 'hour'] : seconds % MINUTE === 0 ? [MINUTE, 'minute'] : [1, 'second'];
  const count = seconds / size;
  return `${number(count)} ${unit}${count === 1 ? '' : 's'}`;
}

/** What is wanted for a verdict, and what there is of it. */
export function collectingText({ collecting: { rows, untilRows, untilSeconds } }: VersionDrift): string {
  return `${number(rows)} of ${number(untilRows)} rows; after ${spanText(untilSeconds)} 100 rows are enough.`;
}
