import fc from 'fast-check';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { describe, expect, it } from 'vitest';
import { seededRandom } from './random.js';
import { bestThreshold, decisionOf, EVEN, helpfulThreshold, tradeOffOf } from './threshold.js';

const CRITERIA = ['balanced-accuracy', 'f1'] as const;

/** Answers that are as sure as they should be, where "1" has about this share of the rows. */
function answers(rows: number, share: number, seed: number) {
  const random = seededRandom(seed);
  const labels: number[] = [];
  const probabilities = Float32Array.from(
    Array.from({ length: rows }, () => {
      const score = 5 * uniformFloat64(random) - 2.5 + Math.log(share / (1 - share));
      const chance = 1 / (1 + Math.exp(-score));
      labels.push(uniformFloat64(random) < chance ? 1 : 0);
      return [1 - chance, chance];
    }).flat(),
  );
  return { labels, probabilities };
}

/** What deciding at `threshold` comes to, by the book. */
function valueOf(part: ReturnType<typeof answers>, threshold: number, criterion: (typeof CRITERIA)[number]): number {
  const [point] = tradeOffOf(part, 1, [threshold]);
  const { sensitivity, specificity, precision } = point!;
  if (criterion === 'balanced-accuracy') return (sensitivity + specificity) / 2;
  return sensitivity + precision === 0 ? 0 : (2 * sensitivity * precision) / (sensitivity + precision);
}

const anyPart = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 999 }), fc.boolean()), { minLength: 2, maxLength: 40 })
  .map((rows) => ({
    labels: rows.map(([, truth]) => Number(truth)),
    probabilities: Float32Array.from(rows.flatMap(([score]) => [1 - score / 1000, score / 1000])),
  }));

describe('the best threshold', () => {
  it.each(CRITERIA)('is as good by the criterion as any other threshold: %s', (criterion) => {
    fc.assert(
      fc.property(anyPart, fc.integer({ min: 1, max: 9999 }), (part, other) => {
        fc.pre(part.labels.includes(0) && part.labels.includes(1));
        const scores = part.labels.map((_, row) => part.probabilities[2 * row + 1]!);
        const best = bestThreshold(part, { positive: 1, criterion });
        fc.pre(other / 10_000 > Math.min(...scores) && other / 10_000 < Math.max(...scores));
        expect(valueOf(part, best, criterion)).toBeGreaterThanOrEqual(valueOf(part, other / 10_000, criterion) - 1e-9);
      }),
    );
  });

  it('is the one nearest to 0.5 of several that are as good, and short', () => {
    const probabilities = Float32Array.from([0.1, 0.2, 0.4, 0.8, 0.9].flatMap((score) => [1 - score, score]));
    expect(bestThreshold({ labels: [0, 0, 0, 1, 1], probabilities }, { positive: 1, criterion: 'f1' })).toBe(0.6);
  });

  it('is 0.5 where one class does not occur', () => {
    const part = { labels: [1, 1], probabilities: Float32Array.of(0.9, 0.1, 0.2, 0.8) };
    expect(bestThreshold(part, { positive: 1, criterion: 'f1' })).toBe(EVEN);
  });
});

describe('a helpful threshold', () => {
  const wish = (criterion: (typeof CRITERIA)[number]) => ({ positive: 1, criterion });
  const found = (rows: number, share: number, seed: number, criterion: (typeof CRITERIA)[number]) => {
    const { labels, probabilities } = answers(rows, share, seed);
    return helpfulThreshold(labels, probabilities, wish(criterion), seededRandom(seed));
  };

  it.each(CRITERIA)('finds more of a rare class, and is better by the criterion on other rows: %s', (criterion) => {
    const threshold = found(2_000, 0.1, 1, criterion);
    expect(threshold).toBeLessThan(0.45);
    const fresh = answers(5_000, 0.1, 2);
    expect(valueOf(fresh, threshold, criterion)).toBeGreaterThan(valueOf(fresh, EVEN, criterion) + 0.05);
  });

  it('is seldom taken where classes are as frequent, and the likeliest one is the best answer', () => {
    const taken = Array.from({ length: 100 }, (_, seed) => found(300, 0.5, seed, 'balanced-accuracy'));
    expect(taken.filter((threshold) => threshold !== EVEN).length).toBeLessThan(8);
  });

  it('is not taken where there is next to nothing to judge it on', () => {
    const probabilities = Float32Array.of(0.9, 0.1, 0.7, 0.3, 0.6, 0.4);
    expect(helpfulThreshold([0, 0, 1], probabilities, wish('f1'), seededRandom(1))).toBe(EVEN);
    expect(helpfulThreshold([0], Float32Array.of(0.9, 0.1), wish('f1'), seededRandom(1))).toBe(EVEN);
  });

  it('is the same for the same seed', () => {
    expect(found(2_000, 0.1, 5, 'f1')).toBe(found(2_000, 0.1, 5, 'f1'));
  });
});

it('a package says nothing of 0.5, and of a number by hand that it was given', () => {
  expect(decisionOf({ positive: 'yes', threshold: EVEN, criterion: 'f1' })).toBeUndefined();
  expect(decisionOf({ positive: 'yes', threshold: 0.3 })).toEqual({
    positive: 'yes',
    threshold: 0.3,
    criterion: 'given',
  });
});
