import { describe, expect, it } from 'vitest';
import { crossValidationOf, splitsOf } from './cross-validation.js';
import { seededRandom } from './random.js';
import { stratifiedFolds } from './stratify.js';

const LABELS = Array.from({ length: 20 }, (_, row) => row % 2);

describe('cross-validation', () => {
  it('holds every row out once, and never trains on a row that it holds out', () => {
    const splits = splitsOf(LABELS, stratifiedFolds(LABELS, 4, seededRandom(1)));
    expect(splits.flatMap(({ heldOut }) => heldOut).sort((a, b) => a - b)).toEqual([...LABELS.keys()]);
    for (const { train, heldOut } of splits) {
      expect(train).toHaveLength(15);
      expect(train.filter((row) => heldOut.includes(row))).toEqual([]);
    }
  });

  it('reports the accuracies in the order of the folds, their mean and their sample standard deviation', () => {
    const result = { folds: 2, accuracies: [0.5, 1], mean: 0.75, standardDeviation: Math.sqrt(0.125) };
    expect(crossValidationOf([0.5, 1])).toEqual(result);
  });
});
