import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { cellOf, cellsOf, cumulate, decileKnowledge } from './number-cells.js';
import {
  chiSquare,
  holm,
  kolmogorovSmirnov,
  kolmogorovSmirnovOfBins,
  poolRare,
  populationStability,
  total,
} from './statistics.js';
import { chiSquareTail, kolmogorovTail } from './tails.js';

interface Samples {
  readonly reference: number[];
  readonly window: number[];
  readonly statistic: number;
  readonly p: number;
}

interface Fixtures {
  readonly tails: {
    readonly chiSquare: readonly { readonly value: number; readonly degrees: number; readonly tail: number }[];
    readonly kolmogorov: readonly { readonly value: number; readonly tail: number }[];
  };
  readonly homogeneity: readonly (Samples & { readonly degrees: number; readonly psi: number })[];
  readonly smirnov: readonly Samples[];
  readonly deciles: readonly {
    readonly name: string;
    readonly count: number;
    readonly deciles: number[];
    readonly window: number[];
    readonly statistic: number;
  }[];
  readonly holm: readonly { readonly values: number[]; readonly weights: number[]; readonly adjusted: number[] }[];
}

const scipy: Fixtures = JSON.parse(await readFile('test/fixtures/drift/statistics.json', 'utf8'));

/** To 1e-6 of the number itself, and so far into the tails that only the order of magnitude is left. */
function expectNear(value: number, expected: number): void {
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-6 * Math.max(1e-12, Math.abs(expected)));
}

describe('the statistics are those of scipy, to a part in a million', () => {
  it('tails of chi-square and Kolmogorov', () => {
    expect(scipy.tails.chiSquare.length).toBeGreaterThan(40);
    for (const { value, degrees, tail } of scipy.tails.chiSquare) expectNear(chiSquareTail(value, degrees), tail);
    for (const { value, tail } of scipy.tails.kolmogorov) expectNear(kolmogorovTail(value), tail);
  });

  it('chi-square of two samples, and the population stability index', () => {
    expect(scipy.homogeneity).toHaveLength(60);
    for (const { reference, window, statistic, p, degrees, psi } of scipy.homogeneity) {
      const found = chiSquare(reference, window);
      expectNear(found.statistic, statistic);
      expectNear(found.p, p);
      expect(found.degrees).toBe(degrees);
      expectNear(populationStability(reference, window), psi);
    }
  });

  it('Kolmogorov and Smirnov of two samples', () => {
    expect(scipy.smirnov).toHaveLength(60);
    for (const { reference, window, statistic, p } of scipy.smirnov) {
      const found = kolmogorovSmirnovOfBins(reference, window);
      expectNear(found.statistic, statistic);
      expectNear(found.p, p);
    }
  });

  it('adjusted p-values', () => {
    expect(scipy.holm).toHaveLength(9);
    for (const { values, weights, adjusted } of scipy.holm) {
      holm(values, weights).forEach((value, index) => {
        expectNear(value, adjusted[index]!);
      });
    }
  });
});

it.each(scipy.deciles.map((one) => [one.name, one] as const))(
  'deciles never show more than the samples, and nearly as much: %s',
  (_, { count, deciles, window, statistic }) => {
    const { edges, known } = decileKnowledge(deciles, count);
    const cells = new Array<number>(cellsOf(edges)).fill(0);
    for (const value of window) cells[cellOf(edges, value)]! += 1;
    const found = kolmogorovSmirnov(known, cumulate(cells)).statistic;
    // One number more or less where deciles are interpolated.
    expect(found).toBeLessThanOrEqual(statistic + 1 / count);
    // Between two deciles lies a tenth of the numbers.
    expect(found).toBeGreaterThanOrEqual(statistic - 0.15);
  },
);

describe('samples that say nothing', () => {
  it('are no difference when they are empty', () => {
    for (const test of [chiSquare, kolmogorovSmirnovOfBins]) {
      expect(test([0, 0], [3, 4])).toMatchObject({ statistic: 0, p: 1 });
      expect(test([3, 4], [0, 0])).toMatchObject({ statistic: 0, p: 1 });
    }
    expect(populationStability([0, 0], [3, 4])).toBe(0);
  });

  it('are no difference when all of both is one value', () => {
    expect(chiSquare([0, 50], [0, 7])).toEqual({ statistic: 0, p: 1, degrees: 0 });
  });
});

describe('rare cells', () => {
  it('are put together until each is expected in the smaller sample, and none is lost', () => {
    const [reference, window] = [
      [900, 4, 3, 1, 0, 92],
      [480, 1, 0, 0, 1, 18],
    ];
    const [one, other] = poolRare(reference, window);
    expect([total(one), total(other)]).toEqual([1_000, 500]);
    expect(one.length).toBeGreaterThan(1);
    one.forEach((count, cell) => {
      expect(((count + other[cell]!) * 500) / 1_500).toBeGreaterThanOrEqual(5);
    });
  });

  it('leave nothing to test when everything is rare', () => {
    expect(chiSquare(...poolRare([1, 1], [1, 1]))).toMatchObject({ p: 1 });
  });
});
