import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fnv1a, placeOf } from './share.js';

describe('FNV-1a', () => {
  it.each([
    ['', 0x811c9dc5],
    ['a', 0xe40c292c],
    ['b', 0xe70c2de5],
    ['foobar', 0xbf9cf968],
  ])('of %j is what its authors publish', (text, hash) => {
    expect(fnv1a(text)).toBe(hash);
  });
});

describe('the place of a text', () => {
  it('is always the same, from 0 to below 1', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const place = placeOf(text);
        expect(place).toBe(placeOf(text));
        expect(place >= 0 && place < 1).toBe(true);
      }),
    );
  });

  it.each(['', 'user-', 'car-evaluation@2.0.0:', '00000000-0000-4000-8000-'])(
    'is spread evenly over texts that begin with %j and are numbered',
    (prefix) => {
      const texts = 20_000;
      const buckets = Array.from({ length: 20 }, () => 0);
      for (let n = 0; n < texts; n += 1) buckets[Math.floor(placeOf(`${prefix}${n}`) * 20)]! += 1;
      // Chi-squared with 19 degrees of freedom: beyond 43.8 with a probability of 0.001.
      const expected = texts / 20;
      expect(buckets.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)).toBeLessThan(43.8);
    },
  );
});
