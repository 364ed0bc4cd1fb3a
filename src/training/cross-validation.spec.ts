import { describe, expect, it } from 'vitest';
import { crossValidate } from './cross-validation.js';
import { seededRandom } from './random.js';
import { type Split, stratifiedFolds } from './stratify.js';

const LABELS = Array.from({ length: 20 }, (_, row) => row % 2);

describe('cross-validation', () => {
  it('holds every row out once, and never trains on a row that it holds out', async () => {
    const splits: Split[] = [];
    await crossValidate(LABELS, stratifiedFolds(LABELS, 4, seededRandom(1)), (split) =>
      Promise.resolve(splits.push(split) && 1),
    );
    expect(splits.flatMap(({ heldOut }) => heldOut).sort((a, b) => a - b)).toEqual([...LABELS.keys()]);
    for (const { train, heldOut } of splits) {
      expect(train).toHaveLength(15);
      expect(train.filter((row) => heldOut.includes(row))).toEqual([]);
    }
  });

  it('reports the accuracies in the order of the folds, their mean and their sample standard deviation', async () => {
    const result = await crossValidate(LABELS, stratifiedFolds(LABELS, 2, seededRandom(1)), (_split, fold) =>
      Promise.resolve(fold / 2),
    );
    expect(result).toEqual({ folds: 2, accuracies: [0.5, 1], mean: 0.75, standardDeviation: Math.sqrt(0.125) });
  });
});
