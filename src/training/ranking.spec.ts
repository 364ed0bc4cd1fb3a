import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { averagePrecision, precisionRecall, rocArea, rocCurve } from './ranking.js';

const ranked = fc
  .array(fc.record({ score: fc.integer({ min: 0, max: 6 }), truth: fc.boolean() }), { minLength: 2, maxLength: 40 })
  .filter((rows) => rows.some(({ truth }) => truth) && rows.some(({ truth }) => !truth));

describe('the area under the ROC curve', () => {
  it('is the share of pairs in the right order, where a tie counts half', () => {
    fc.assert(
      fc.property(ranked, (rows) => {
        const [positives, negatives] = [rows.filter(({ truth }) => truth), rows.filter(({ truth }) => !truth)];
        const pairs = positives.flatMap((one) =>
          negatives.map((other): number => (one.score > other.score ? 1 : one.score === other.score ? 0.5 : 0)),
        );
        const share = pairs.reduce((sum, pair) => sum + pair, 0) / pairs.length;
        const scores = rows.map(({ score }) => score);
        expect(
          rocArea(
            scores,
            rows.map(({ truth }) => truth),
          ),
        ).toBeCloseTo(share, 10);
      }),
    );
  });
});

// The example of scikit-learn's documentation, and what it gives there.
const [SCORES, TRUTHS] = [
  [0.1, 0.4, 0.35, 0.8],
  [false, false, true, true],
];

describe('what scikit-learn gives for its own example', () => {
  it('is given here too', () => {
    expect(rocArea(SCORES, TRUTHS)).toBeCloseTo(0.75, 12);
    expect(averagePrecision(SCORES, TRUTHS)).toBeCloseTo(0.8333333333, 9);
  });
});

describe('the curves', () => {
  it('go from nothing to everything', () => {
    const roc = rocCurve(SCORES, TRUTHS);
    expect([roc[0], roc.at(-1)]).toEqual([
      [0, 0],
      [1, 1],
    ]);
    expect(precisionRecall(SCORES, TRUTHS).at(-1)).toEqual([1, 0.5]);
  });
});
