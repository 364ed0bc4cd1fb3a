import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { number } from '../../test/support/signatures.js';
import { distributionOf } from '../training/distributions.js';
import { cellOf, cellsOf, cumulate, decileKnowledge } from './number-cells.js';
import { kolmogorovSmirnov } from './statistics.js';

const sample = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 80 });

/** Of all values of both samples. */
function trueStatistic(reference: readonly number[], window: readonly number[]): number {
  const upTo = (values: readonly number[], most: number) => values.filter((one) => one <= most).length / values.length;
  return Math.max(...[...reference, ...window].map((value) => Math.abs(upTo(reference, value) - upTo(window, value))));
}

function statistics(reference: readonly number[], window: readonly number[]) {
  const distribution = distributionOf(number('age'), reference);
  if (distribution.kind !== 'number') throw new Error('a number has the distribution of one');
  const { deciles, count, atDeciles } = distribution;
  const of = (exact?: typeof atDeciles) => {
    const { edges, known } = decileKnowledge(deciles, count, exact);
    const cells = new Array<number>(cellsOf(edges)).fill(0);
    for (const value of window) cells[cellOf(edges, value)]! += 1;
    return kolmogorovSmirnov(known, cumulate(cells)).statistic;
  };
  return { exact: of(atDeciles), ofDeciles: of() };
}

describe('counts at the deciles', () => {
  it('never show more than the samples do', () => {
    fc.assert(
      fc.property(sample, sample, (reference, window) => {
        expect(statistics(reference, window).exact).toBeLessThanOrEqual(trueStatistic(reference, window) + 1e-12);
      }),
    );
  });

  it('show all of it where each value is a decile, whatever its share', () => {
    const whole = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 80 });
    // Two of each value are 20 %, so each has a decile to itself at least.
    const reference = [0, 1, 2, 3, 4, 0, 1, 2, 3, 4];
    fc.assert(
      fc.property(whole, (window) => {
        expect(statistics(reference, window).exact).toBeCloseTo(trueStatistic(reference, window), 12);
      }),
    );
  });

  it('show what deciles alone cannot: how often a number occurs', () => {
    const reference = Array.from({ length: 1_000 }, (_, row) => (row < 650 ? 0 : 1));
    const window = Array.from({ length: 500 }, (_, row) => (row < 290 ? 0 : 1));
    const { exact, ofDeciles } = statistics(reference, window);
    expect(exact).toBeCloseTo(0.07, 12);
    expect(ofDeciles).toBeCloseTo(0.02, 12);
  });
});
