import type { CrossValidation } from '../model/package/manifest.js';
import { mean, sampleDeviation } from './metrics.js';
import type { Split } from './stratify.js';

/**
 * One split for each of `parts`, which it holds out.
 *
 * @param labels class index of each row.
 * @param parts row indices; every row is in one of them.
 */
export function splitsOf(labels: readonly number[], parts: readonly (readonly number[])[]): Split[] {
  return parts.map((heldOut) => {
    const held = new Set(heldOut);
    return { train: [...labels.keys()].filter((row) => !held.has(row)), heldOut };
  });
}

/** What the accuracies of all folds come to. */
export function crossValidationOf(accuracies: readonly number[]): CrossValidation {
  return {
    folds: accuracies.length,
    accuracies: [...accuracies],
    mean: mean(accuracies),
    standardDeviation: sampleDeviation(accuracies),
  };
}
