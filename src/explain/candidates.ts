import type { Feature, NumberFeature } from '../core/signature.js';
import type { Manifest } from '../model/package/manifest.js';

type Distribution = Manifest['distributions']['features'][string];

/** Points of a number's range that are tried. */
const POINTS = 50;

/**
 * The values of a feature that are tried: every category, or 50 points (fewer where only whole numbers are accepted) from the
 * smallest to the largest value that training saw, stretched to `current`.
 */
export function candidatesOf(
  feature: Feature,
  distribution: Distribution | undefined,
  current: unknown,
): readonly (string | number)[] {
  if (feature.kind === 'categorical') return feature.values;
  const [low, high] = rangeOf(feature, distribution, current);
  const points = Array.from({ length: POINTS }, (_, index) => low + ((high - low) * index) / (POINTS - 1));
  return [...new Set(points.map((point) => tidy(point, feature, high - low)))];
}

/** Rounded to what a person would write: three digits more than the range has, whole where it must be. */
export function tidy(value: number, { integer, minimum, maximum }: NumberFeature, span: number): number {
  const digits = integer ? 0 : Math.max(0, 3 - Math.floor(Math.log10(span || 1)));
  const rounded = Number(value.toFixed(Math.min(20, digits)));
  const low = minimum === null ? -Infinity : integer ? Math.ceil(minimum) : minimum;
  const high = maximum === null ? Infinity : integer ? Math.floor(maximum) : maximum;
  return Math.min(Math.max(rounded, low), high);
}

/** How far apart two values are: in standard deviations of training, in steps of an order, or 1. */
export function distanceOf(
  feature: Feature,
  distribution: Distribution | undefined,
  from: unknown,
  to: string | number,
): number {
  if (feature.kind === 'number') {
    const spread = distribution?.kind === 'number' ? distribution.std : feature.normalisation.std;
    return typeof from === 'number' && spread > 0 ? Math.abs(Number(to) - from) / spread : 1;
  }
  if (feature.encoding === 'one-hot') return from === to ? 0 : 1;
  const [start, end] = [feature.values.indexOf(String(from)), feature.values.indexOf(String(to))];
  return start === -1 ? 1 : Math.abs(start - end) / Math.max(1, feature.values.length - 1);
}

function rangeOf(
  { minimum, maximum, normalisation: { mean, std } }: NumberFeature,
  distribution: Distribution | undefined,
  current: unknown,
): readonly [low: number, high: number] {
  const seen = distribution?.kind === 'number' ? distribution.deciles : [mean - 3 * std, mean + 3 * std];
  const stretch = typeof current === 'number' ? [current] : [];
  const low = Math.max(Math.min(seen[0]!, ...stretch), minimum ?? -Infinity);
  const high = Math.min(Math.max(seen.at(-1)!, ...stretch), maximum ?? Infinity);
  return [low, high];
}
