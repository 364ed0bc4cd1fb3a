import { describe, expect, it } from 'vitest';
import { foldsOf, splitOf } from './partition.js';
import { seededRandom } from './random.js';

const LABELS = Array.from({ length: 60 }, (_, row) => row % 3);
const groups = LABELS.map((_, row) => `person ${Math.floor(row / 4)}`);

describe('a split', () => {
  it('never parts a group', () => {
    const { train, heldOut } = splitOf({ groups }, LABELS, 0.25, seededRandom(5));
    const learnt = new Set(train.map((row) => groups[row]));
    expect(heldOut.length).toBeGreaterThanOrEqual(15);
    expect(heldOut.filter((row) => learnt.has(groups[row]))).toEqual([]);
    expect([...train, ...heldOut].sort((a, b) => a - b)).toEqual([...LABELS.keys()]);
  });

  it('is the one that the data set asks for', () => {
    expect(splitOf({ heldOut: [7, 3] }, LABELS, 0.25, seededRandom(5)).heldOut).toEqual([3, 7]);
  });

  it('is refused where there is one group only', () => {
    const one = { groups: LABELS.map(() => 'the same') };
    expect(() => splitOf(one, LABELS, 0.25, seededRandom(5))).toThrow('All rows are of one group');
  });
});

describe('folds', () => {
  it('never part a group, and hold every row out once', () => {
    const folds = foldsOf({ groups }, LABELS, 5, seededRandom(5));
    expect(folds.flat().sort((a, b) => a - b)).toEqual([...LABELS.keys()]);
    const seen = folds.flatMap((rows) => [...new Set(rows.map((row) => groups[row]))]);
    expect(new Set(seen).size).toBe(seen.length);
  });
});
