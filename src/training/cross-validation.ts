import type { CrossValidation } from '../model/package/manifest.js';
import { mean, sampleDeviation } from './metrics.js';
import type { Split } from './stratify.js';

/** Trains on one part of the rows and resolves to the accuracy on the other. `fold` counts from 1. */
export type FoldTrial = (split: Split, fold: number) => Promise<number>;

/**
 * Tries the recipe once for each of `parts`, which it holds out.
 *
 * @param labels class index of each row.
 * @param parts row indices; every row is in one of them.
 */
export async function crossValidate(
  labels: readonly number[],
  parts: readonly (readonly number[])[],
  trial: FoldTrial,
): Promise<CrossValidation> {
  const accuracies: number[] = [];
  for (const [index, heldOut] of parts.entries()) {
    const held = new Set(heldOut);
    const train = [...labels.keys()].filter((row) => !held.has(row));
    accuracies.push(await trial({ train, heldOut }, index + 1));
  }
  return { folds: parts.length, accuracies, mean: mean(accuracies), standardDeviation: sampleDeviation(accuracies) };
}
