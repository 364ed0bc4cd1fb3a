import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sixDecimals } from './decimals.js';

it('writes the JSON number that rounding to six decimals gives', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.float({ min: 0, max: 1, noNaN: true })),
      (value) => {
        expect(JSON.parse(sixDecimals(value))).toBe(Math.round(value * 1e6) / 1e6);
      },
    ),
    { numRuns: 20_000 },
  );
});

it.each([
  [0, '0'],
  [1, '1'],
  [0.5, '0.500000'],
  [0.000001, '0.000001'],
  [0.0000004, '0'],
  [0.9999996, '1'],
  [0.999, '0.999000'],
  [1.0000001, '1'],
  [-1e-9, '0'],
])('writes %s as %s', (value, text) => {
  expect(sixDecimals(value)).toBe(text);
});
