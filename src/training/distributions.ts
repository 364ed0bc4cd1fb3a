import type { CategoricalFeature, Feature, NumberFeature, Signature } from '../core/signature.js';
import type { Distribution, Manifest } from '../model/package/manifest.js';
import type { Examples } from './examples.js';
import { mean } from './metrics.js';
import { TrainingError } from './training-error.js';
import type { Value } from './datasets/dataset.js';

type CategoryDistribution = Extract<Distribution, { kind: 'categorical' }>;
type NumberDistribution = Extract<Distribution, { kind: 'number' }>;

/** What the training rows look like, for whoever later asks whether live traffic still looks the same. */
export function distributionsOf(examples: Examples, { features, classes }: Signature): Manifest['distributions'] {
  const labels = examples.labels.map((label) => classes[label]?.label ?? '');
  return {
    features: Object.fromEntries(
      features.map((feature) => {
        const values = examples.rows.map((row) => row[feature.name] ?? null);
        return [feature.name, distributionOf(feature, values)];
      }),
    ),
    classes: countEach(
      labels,
      classes.map(({ label }) => label),
    ),
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
  return {
    kind: 'number',
    count: numbers.length,
    missing,
    mean: centre,
    std: Math.sqrt(mean(numbers.map((value) => (value - centre) ** 2))),
    deciles: Array.from({ length: 11 }, (_, tenth) => quantile(numbers, tenth / 10)),
  };
}

function countEach(values: readonly string[], keys: readonly string[]): Record<string, number> {
  const counts = new Map(keys.map((key) => [key, 0]));
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return Object.fromEntries(counts);
}

/** Interpolates linearly between the two values around the position. */
function quantile(sorted: readonly number[], fraction: number): number {
  const position = fraction * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? 0;
  const above = sorted[Math.ceil(position)] ?? 0;
  return below + (above - below) * (position - Math.floor(position));
}
