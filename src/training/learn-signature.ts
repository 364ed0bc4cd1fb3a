import type { Frame } from './datasets/frame.js';
import type { Manifest } from '../model/package/manifest.js';
import { categoryDistribution, numberDistribution } from './distributions.js';
import type { SignatureDraft } from './signature-draft.js';

type Signature = Manifest['signature'];
type Feature = Signature['features'][number];
type CategoricalFeature = Extract<Feature, { kind: 'categorical' }>;
type NumberFeature = Extract<Feature, { kind: 'number' }>;

/**
 * Values that differ by less than this are one value, as those of a rare column are in a part of the rows: they are taken
 * as they are, since the manifest takes no smaller standard deviation.
 */
const LEAST_DEVIATION = 1e-12;
/** Deviations between the smallest and the largest training value, at most. */
const WIDEST = 8;
/** From so many columns of numbers on they are looked at together. */
const MANY = 200;
/** Of the range of them all, what most columns have to fill for it to be theirs too. */
const ALIKE = 0.5;

type Normalisation = NonNullable<NumberFeature['normalisation']>;

/**
 * The signature of `draft` with the rest of it learnt from `rows`: mean and population standard deviation of the values
 * that are present, and, in the place of a missing value, the median of numbers (a whole one where the feature asks for
 * whole numbers) or the most frequent category (the first of them on a tie).
 *
 * @param rows training rows only: what is learnt from a held-out row makes its metrics too good.
 */
export function learnSignature(draft: SignatureDraft, rows: Frame): Signature {
  const { provisional } = draft;
  const shared = oneScale(draft, rows);
  const features = provisional.features.map((feature): Feature => {
    return feature.kind === 'categorical'
      ? learnCategory(feature, draft, rows)
      : learnNumber(feature, draft, rows, shared);
  });
  return { ...provisional, features };
}

/**
 * The scale of many columns that measure the same thing, such as pixels: their range becomes 0 to 1, so that what differs
 * little counts little and a value means the same in each of them. Undefined where columns are few or differ.
 */
function oneScale({ provisional, normalisation }: SignatureDraft, rows: Frame): Normalisation | undefined {
  const names = provisional.features.flatMap(({ kind, name }) =>
    kind === 'number' && normalisation.has(name) ? [name] : [],
  );
  if (names.length < MANY) return undefined;
  const ranges = names.map((name) => rangeOf(rows, name)).filter(({ low, high }) => low <= high);
  const low = Math.min(...ranges.map((range) => range.low));
  const high = Math.max(...ranges.map((range) => range.high));
  const filled = ranges.filter((range) => range.high - range.low >= ALIKE * (high - low)).length;
  return high - low >= LEAST_DEVIATION && filled > ranges.length / 2 ? { mean: low, std: high - low } : undefined;
}

function rangeOf(rows: Frame, name: string): { readonly low: number; readonly high: number } {
  let [low, high] = [Infinity, -Infinity];
  for (const value of rows.column(name)) {
    if (typeof value !== 'number') continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, high };
}

function learnCategory(feature: CategoricalFeature, draft: SignatureDraft, rows: Frame): Feature {
  if (!draft.missing.has(feature.name)) return feature;
  const { counts } = categoryDistribution(feature, rows.values(feature.name));
  const most = Math.max(...Object.values(counts));
  const mode = feature.values.find((value) => counts[value] === most) ?? feature.example;
  return { ...feature, missing: { policy: 'default', value: mode } };
}

/**
 * The standard deviation, or an eighth of the range where that is more: a value that few rows have (a pixel at the edge of
 * an image) would be dozens of deviations from the rest, and one row with it would decide.
 */
function scaleOf(std: number, deciles: readonly number[]): number {
  const scale = Math.max(std, (deciles.at(-1)! - deciles[0]!) / WIDEST);
  return scale < LEAST_DEVIATION ? 1 : scale;
}

function learnNumber(
  feature: NumberFeature,
  draft: SignatureDraft,
  rows: Frame,
  shared: Normalisation | undefined,
): Feature {
  const { name, integer } = feature;
  const [normalises, fillsIn] = [draft.normalisation.has(name), draft.missing.has(name)];
  if (!normalises && !fillsIn) return feature;
  const { mean, std, deciles } = numberDistribution(feature, rows.values(name));
  const median = deciles[5] ?? mean;
  return {
    ...feature,
    ...(normalises ? { normalisation: shared ?? { mean, std: scaleOf(std, deciles) } } : {}),
    ...(fillsIn ? { missing: { policy: 'default', value: integer ? Math.round(median) : median } } : {}),
  };
}
