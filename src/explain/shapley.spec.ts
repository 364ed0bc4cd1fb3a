import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Ask, exactShapley, sampledShapley, type ShapleyValues, type Weights } from './shapley.js';

const FEATURES = 5;
const TOLERANCE = 9;

/** Any game: a worth for each coalition on each of two background rows. */
const game = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 64, maxLength: 64 });
const weights: Weights = [0.25, 0.75];
const feature = fc.integer({ min: 0, max: FEATURES - 1 });

function maskOf(coalition: readonly boolean[]): number {
  return coalition.reduce((mask, present, index) => (present ? mask | (1 << index) : mask), 0);
}

/** `worth` may look at the coalition as bits. */
function asking(worth: (mask: number, background: number) => number): Ask {
  return (points) =>
    Promise.resolve(Float64Array.from(points, ({ coalition, background }) => worth(maskOf(coalition), background)));
}

function meanWorth(values: readonly number[], mask: number): number {
  return weights.reduce((sum, weight, background) => sum + weight * values[background * 32 + mask]!, 0);
}

const methods: readonly (readonly [string, (ask: Ask) => Promise<ShapleyValues>])[] = [
  ['exact', (ask) => exactShapley(FEATURES, weights, ask)],
  ['sampled', (ask) => sampledShapley(FEATURES, weights, 40, ask)],
];

describe.each(methods)('%s Shapley values', (_, valuesOf) => {
  it('sum with the base value to the prediction (efficiency)', async () => {
    await fc.assert(
      fc.asyncProperty(game, async (values) => {
        const { base, contributions } = await valuesOf(asking((mask, row) => values[row * 32 + mask]!));
        const sum = contributions.reduce((total, contribution) => total + contribution, base);
        expect(base).toBeCloseTo(meanWorth(values, 0), TOLERANCE);
        expect(sum).toBeCloseTo(meanWorth(values, 31), TOLERANCE);
      }),
    );
  });

  it('are 0 for a feature that changes nothing (dummy)', async () => {
    await fc.assert(
      fc.asyncProperty(game, feature, async (values, dummy) => {
        const { contributions } = await valuesOf(asking((mask, row) => values[row * 32 + (mask & ~(1 << dummy))]!));
        expect(contributions[dummy]).toBeCloseTo(0, TOLERANCE);
      }),
    );
  });

  it('add up when games add up (linearity)', async () => {
    await fc.assert(
      fc.asyncProperty(game, game, async (one, other) => {
        const [first, second, both] = await Promise.all([
          valuesOf(asking((mask, row) => one[row * 32 + mask]!)),
          valuesOf(asking((mask, row) => other[row * 32 + mask]!)),
          valuesOf(asking((mask, row) => one[row * 32 + mask]! + other[row * 32 + mask]!)),
        ]);
        both.contributions.forEach((contribution, index) => {
          expect(contribution).toBeCloseTo(first.contributions[index]! + second.contributions[index]!, TOLERANCE);
        });
      }),
    );
  });

  it('are the same at every call', async () => {
    const ask = asking((mask, row) => Math.sin(mask + row));
    expect(await valuesOf(ask)).toEqual(await valuesOf(ask));
  });
});

describe('exact Shapley values', () => {
  it('are equal for features that do the same (symmetry)', async () => {
    await fc.assert(
      fc.asyncProperty(game, feature, feature, async (values, one, other) => {
        const swapped = (mask: number) => {
          const [a, b] = [(mask >> one) & 1, (mask >> other) & 1];
          return (mask & ~(1 << one) & ~(1 << other)) | (b << one) | (a << other);
        };
        const worth = (mask: number, row: number) => values[row * 32 + mask]! + values[row * 32 + swapped(mask)]!;
        const { contributions } = await exactShapley(FEATURES, weights, asking(worth));
        expect(contributions[one]).toBeCloseTo(contributions[other]!, TOLERANCE);
      }),
    );
  });

  it('are those of the glove game, worked out by hand', async () => {
    // One left glove, two right ones: a pair is worth 1.
    const worth = (mask: number) => ((mask & 1) !== 0 && (mask & 6) !== 0 ? 1 : 0);
    const { contributions } = await exactShapley(3, [1], asking(worth));
    expect(contributions[0]).toBeCloseTo(2 / 3, TOLERANCE);
    expect(contributions[1]).toBeCloseTo(1 / 6, TOLERANCE);
    expect(contributions[2]).toBeCloseTo(1 / 6, TOLERANCE);
  });
});

describe('sampled Shapley values', () => {
  it('come within five standard errors of the exact ones', async () => {
    await fc.assert(
      fc.asyncProperty(game, async (values) => {
        const ask = asking((mask, row) => values[row * 32 + mask]!);
        const exact = await exactShapley(FEATURES, weights, ask);
        const sampled = await sampledShapley(FEATURES, weights, 400, ask);
        sampled.contributions.forEach((contribution, index) => {
          const error = Math.abs(contribution - exact.contributions[index]!);
          expect(error).toBeLessThan(5 * sampled.standardErrors![index]! + 1e-9);
        });
      }),
      { numRuns: 30, seed: 7 },
    );
  });
});
