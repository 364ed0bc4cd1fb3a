import type { CategoricalFeature, Feature, NumberFeature, Signature } from '../core/signature.js';
import type { Distribution, Manifest, PredictionDistribution } from '../model/package/manifest.js';
import { type Decide, winnersOf } from '../core/winners.js';
import { confidencesOf } from './calibration.js';
import type { Examples } from './examples.js';
import { mean } from './metrics.js';
import { TrainingError } from './training-error.js';
import type { Value } from './datasets/dataset.js';

type CategoryDistribution = Extract<Distribution, { kind: 'categorical' }>;
type NumberDistribution = Extract<Distribution, { kind: 'number' }>;

/** Finer where most answers of a good model are: tenths alone would have nearly all of them in one bin. */
const CONFIDENCE_EDGES = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 1];

/** What the training rows look like, for whoever later asks whether live traffic still looks the same. */
export function distributionsOf(examples: Examples, { features, classes }: Signature): Manifest['distributions'] {
  const labels = examples.labels.map((label) => classes[label]?.label ?? '');
  return {
    features: Object.fromEntries(
      features.map((feature) => {
        return [feature.name, distributionOf(feature, examples.rows.values(feature.name))];
      }),
    ),
    classes: countEach(
      labels,
      classes.map(({ label }) => label),
    ),
  };
}

/** What the model answers to rows that it has not seen: live traffic is held against it too. */
export function predictionDistribution(
  probabilities: Float32Array,
  rows: number,
  { classes }: Pick<Signature, 'classes'>,
  decide: Decide = winnersOf,
): PredictionDistribution {
  const labels = classes.map(({ label }) => label);
  const counts = CONFIDENCE_EDGES.slice(1).map(() => 0);
  for (const confidence of confidencesOf(probabilities, rows, decide)) {
    const above = CONFIDENCE_EDGES.findIndex((edge) => edge > confidence);
    counts[above === -1 ? counts.length - 1 : above - 1]! += 1;
  }
  return {
    rows,
    classes: countEach(
      Array.from(decide(probabilities, rows), (winner) => labels[winner]!),
      labels,
    ),
    confidence: { edges: CONFIDENCE_EDGES, counts },
  };
}

export function distributionOf(feature: Feature, values: readonly Value[]): Distribution {
  return feature.kind === 'categorical' ? categoryDistribution(feature, values) : numberDistribution(feature, values);
}

/** Values that never occur are counted too, as 0. */
export function categoryDistribution(feature: CategoricalFeature, values: readonly Value[]): CategoryDistribution {
  const present = values.filter((value) => value !== null);
  const missing = values.length - present.length;
  return { kind: 'categorical', counts: countEach(present.map(String), feature.values), missing };
}

export function numberDistribution({ name }: NumberFeature, values: readonly Value[]): NumberDistribution {
  const present = values.filter((value) => value !== null);
  const missing = values.length - present.length;
  const numbers = present.map(Number).sort((a, b) => a - b);
  if (numbers.length === 0) throw new TrainingError(`No training row has a value for ${name}: remove it.`);
  const centre = mean(numbers);
  const deciles = Array.from({ length: 11 }, (_, tenth) => decileOf(numbers, tenth));
  return {
    kind: 'number',
    count: numbers.length,
    missing,
    mean: centre,
    std: Math.sqrt(mean(numbers.map((value) => (value - centre) ** 2))),
    deciles,
    atDeciles: {
      below: deciles.map((decile) => countWhile(numbers, (value) => value < decile)),
      upTo: deciles.map((decile) => countWhile(numbers, (value) => value <= decile)),
    },
  };
}

/** How many numbers come before the first that is not so. */
function countWhile(sorted: readonly number[], isSo: (value: number) => boolean): number {
  const end = sorted.findIndex((value) => !isSo(value));
  return end === -1 ? sorted.length : end;
}

function countEach(values: readonly string[], keys: readonly string[]): Record<string, number> {
  const counts = new Map(keys.map((key) => [key, 0]));
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return Object.fromEntries(counts);
}

/** Interpolates linearly between the two values around the position, and is the very value where the position is one. */
function decileOf(sorted: readonly number[], tenth: number): number {
  const position = (tenth * (sorted.length - 1)) / 10;
  const below = sorted[Math.floor(position)] ?? 0;
  const above = sorted[Math.ceil(position)] ?? 0;
  return below + (above - below) * (position - Math.floor(position));
}
