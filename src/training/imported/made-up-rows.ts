import type { Feature, Signature } from '../../core/signature.js';
import type { DataRow, Value } from '../datasets/dataset.js';
import type { Random } from '../random.js';

/** Deviations from the mean, at most. */
const REACH = 2;
/** Part of the values that are left out where the signature has something to stand in. */
const GAPS = 0.1;

/** Rows that the signature takes, for a model whose data did not come with it: the same seed gives the same rows. */
export function madeUpRows({ features }: Signature, count: number, random: Random): DataRow[] {
  const fraction = () => (random.next() >>> 0) / 2 ** 32;
  return Array.from({ length: count }, () =>
    Object.fromEntries(features.map((feature) => [feature.name, valueOf(feature, fraction)])),
  );
}

function valueOf(feature: Feature, fraction: () => number): Value {
  const gap = fraction() < GAPS;
  if (gap && feature.missing.policy === 'default') return null;
  if (feature.kind === 'categorical') return feature.values[Math.floor(fraction() * feature.values.length)]!;
  const { minimum, maximum, integer, normalisation } = feature;
  const { mean, std } = normalisation;
  const low = Math.max(mean - REACH * std, minimum ?? -Infinity);
  const high = Math.min(mean + REACH * std, maximum ?? Infinity);
  // Limits that lie beside the mean leave nothing between.
  const [least, most] = low < high ? [low, high] : [minimum ?? maximum ?? mean, maximum ?? minimum ?? mean];
  const value = least + fraction() * (most - least);
  if (integer)
    return Math.min(Math.max(Math.round(value), Math.ceil(minimum ?? -Infinity)), Math.floor(maximum ?? Infinity));
  return Math.min(Math.max(Number(value.toPrecision(5)), minimum ?? -Infinity), maximum ?? Infinity);
}
