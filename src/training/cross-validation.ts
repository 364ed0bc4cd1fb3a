import type { CrossValidation } from '../model/package/manifest.js';
import { mean, sampleDeviation } from './metrics.js';
import type { Random } from './random.js';
import { type Split, stratifiedFolds } from './stratify.js';

/** Trains on one part of the rows and resolves to the accuracy on the other. `fold` counts from 1. */
export type FoldTrial = (split: Split, fold: number) => Promise<number>;

/**
 * Tries the recipe `folds` times, each time holding out another part of the rows, so that every row is held out once.
 *
 * @param labels class index of each row.
 */
export async function crossValidate(
  labels: readonly number[],
  folds: number,
  random: Random,
  trial: FoldTrial,
): Promise<CrossValidation> {
  const parts = stratifiedFolds(labels, folds, random);
  const accuracies: number[] = [];
  for (const [index, heldOut] of parts.entries()) {
    const held = new Set(heldOut);
    const train = [...labels.keys()].filter((row) => !held.has(row));
    accuracies.push(await trial({ train, heldOut }, index + 1));
  }
  return { folds, accuracies, mean: mean(accuracies), standardDeviation: sampleDeviation(accuracies) };
}
