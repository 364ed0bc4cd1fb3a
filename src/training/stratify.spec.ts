import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from './random.js';
import { balancedSample, stratifiedFolds, stratifiedSplit } from './stratify.js';

const labelLists = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 200 });
const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const ascending = (a: number, b: number) => a - b;
const sorted = (rows: readonly number[]) => [...rows].sort(ascending);
const countOf = (labels: readonly number[], rows: readonly number[], label: number) =>
  rows.filter((row) => labels[row] === label).length;
const range = (values: readonly number[]) => Math.max(...values) - Math.min(...values);

describe('a stratified split', () => {
  it('puts every row on exactly one side', () => {
    fc.assert(
      fc.property(labelLists, seeds, fc.double({ min: 0.05, max: 0.95, noNaN: true }), (labels, seed, fraction) => {
        const { train, heldOut } = stratifiedSplit(labels, fraction, seededRandom(seed));
        expect(sorted([...train, ...heldOut])).toEqual([...labels.keys()]);
      }),
    );
  });

  it('holds out the share of each class, to the nearest row, and leaves none of them out', () => {
    fc.assert(
      fc.property(labelLists, seeds, (labels, seed) => {
        const { train, heldOut } = stratifiedSplit(labels, 0.25, seededRandom(seed));
        for (const label of new Set(labels)) {
          const total = labels.filter((other) => other === label).length;
          const held = countOf(labels, heldOut, label);
          expect(held).toBe(total < 2 ? 0 : Math.max(1, Math.round(total * 0.25)));
          expect(countOf(labels, train, label)).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('is the same for the same seed and another one for another seed', () => {
    const labels = Array.from({ length: 100 }, (_, row) => row % 3);
    const first = stratifiedSplit(labels, 0.25, seededRandom(42));
    expect(stratifiedSplit(labels, 0.25, seededRandom(42))).toEqual(first);
    expect(stratifiedSplit(labels, 0.25, seededRandom(43))).not.toEqual(first);
  });
});

describe('stratified folds', () => {
  it('hold every row once, and differ by one row at most in size and in each class', () => {
    fc.assert(
      fc.property(labelLists, seeds, fc.integer({ min: 2, max: 10 }), (labels, seed, folds) => {
        const dealt = stratifiedFolds(labels, folds, seededRandom(seed));
        expect(dealt).toHaveLength(folds);
        expect(sorted(dealt.flat())).toEqual([...labels.keys()]);
        expect(range(dealt.map((fold) => fold.length))).toBeLessThanOrEqual(1);
        for (const label of new Set(labels)) {
          expect(range(dealt.map((fold) => countOf(labels, fold, label)))).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('are the same for the same seed', () => {
    const labels = Array.from({ length: 50 }, (_, row) => row % 4);
    expect(stratifiedFolds(labels, 5, seededRandom(1))).toEqual(stratifiedFolds(labels, 5, seededRandom(1)));
  });
});

describe('a balanced sample', () => {
  it('takes as many of each class as the rarest class allows', () => {
    const labels = [...Array.from({ length: 90 }, () => 0), ...Array.from({ length: 10 }, () => 1), 2, 2];
    const sample = balancedSample(labels, 12, seededRandom(7));
    expect([0, 1, 2].map((label) => countOf(labels, sample, label))).toEqual([5, 5, 2]);
  });

  it('takes each row at most once, and all rows when there are too few', () => {
    fc.assert(
      fc.property(labelLists, seeds, fc.integer({ min: 1, max: 250 }), (labels, seed, count) => {
        const sample = balancedSample(labels, count, seededRandom(seed));
        expect(sample).toHaveLength(Math.min(count, labels.length));
        expect(new Set(sample).size).toBe(sample.length);
      }),
    );
  });
});
