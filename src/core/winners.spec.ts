import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideBy, winnersOf } from './winners.js';

const CLASSES = ['no', 'yes'].map((label) => ({ label, title: label }));

it('finds the largest probability of each row, the first one on a tie', () => {
  expect([...winnersOf(Float32Array.of(0.1, 0.7, 0.2, 0.4, 0.2, 0.4), 2)]).toEqual([1, 0]);
});

describe('the rule of a model', () => {
  it('is the likeliest class where the package decides nothing else: the very same function', () => {
    expect(decideBy(CLASSES, undefined)).toBe(winnersOf);
  });

  it('is that of a plain reference for any probabilities, threshold and class of interest', () => {
    const share = fc.float({ min: 0, max: 1, noNaN: true });
    const threshold = fc.double({ min: 0, max: 1, minExcluded: true, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(share, { minLength: 1 }),
        threshold,
        fc.constantFrom('no', 'yes'),
        (shares, at, positive) => {
          const table = Float32Array.from(shares.flatMap((yes) => [1 - yes, yes]));
          const own = positive === 'yes' ? 1 : 0;
          const reference = shares.map((_, row) => (table[2 * row + own]! < Math.fround(at) ? 1 - own : own));
          expect([...decideBy(CLASSES, { positive, threshold: at })(table, shares.length)]).toEqual(reference);
        },
      ),
    );
  });

  it.each([0.1, 0.2, 0.25, 0.3, 0.7, 0.9])('is reached by what is shown as the threshold itself: %s', (threshold) => {
    const table = Float32Array.of(1 - threshold, threshold);
    expect([...decideBy(CLASSES, { positive: 'yes', threshold })(table, 1)]).toEqual([1]);
  });

  it('is refused where there are no two classes, or none of that name', () => {
    expect(() => decideBy(CLASSES, { positive: 'maybe', threshold: 0.3 })).toThrow('This is a bug');
    expect(() => decideBy([...CLASSES, { label: 'x', title: 'x' }], { positive: 'x', threshold: 0.3 })).toThrow();
  });
});
