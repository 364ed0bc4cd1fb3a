import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differenceInterval, wilson } from './proportions.js';

describe("Wilson's interval", () => {
  // The first two and the last two stand in Newcombe, "Two-sided confidence intervals for the single proportion", 1998, table I.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %i in %i', (correct, rows, lower, upper) => {
    const found = wilson({ correct, rows });
    expect(found.lower).toBeCloseTo(lower, 4);
    expect(found.upper).toBeCloseTo(upper, 4);
  });

  it('is everything where there is nothing', () => {
    expect(wilson({ correct: 0, rows: 0 })).toEqual({ lower: 0, upper: 1 });
  });
});

describe("Newcombe's interval of a difference", () => {
  // The examples of his "Interval estimation for the difference between independent proportions", 1998, table II, method 10.
  it.each([
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [6, 7, 2, 7, 0.0582, 0.8062],
    [5, 56, 0, 29, -0.0381, 0.1926],
    [0, 10, 0, 10, -0.2775, 0.2775],
    [10, 10, 0, 20, 0.6791, 1],
  ])('%i in %i against %i in %i', (a, ofA, b, ofB, lower, upper) => {
    const found = differenceInterval({ correct: a, rows: ofA }, { correct: b, rows: ofB });
    expect(found.lower).toBeCloseTo(lower, 4);
    expect(found.upper).toBeCloseTo(upper, 4);
  });

  const share = fc
    .integer({ min: 1, max: 500 })
    .chain((rows) => fc.record({ rows: fc.constant(rows), correct: fc.nat(rows) }));

  it('holds the difference, and is turned round with it', () => {
    fc.assert(
      fc.property(share, share, (a, b) => {
        const there = differenceInterval(a, b);
        const back = differenceInterval(b, a);
        const difference = a.correct / a.rows - b.correct / b.rows;
        expect(there.lower).toBeLessThanOrEqual(difference + 1e-12);
        expect(there.upper).toBeGreaterThanOrEqual(difference - 1e-12);
        expect(there.lower).toBeCloseTo(-back.upper, 12);
        expect(there.upper).toBeCloseTo(-back.lower, 12);
      }),
    );
  });
});
