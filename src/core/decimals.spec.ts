import fc from 'fast-check';
import { expect, it } from 'vitest';
import { stampMillionths, thousandths } from './decimals.js';

function stamped(millionths: number): string {
  const bytes = Buffer.from('x0.000000x');
  stampMillionths(bytes, 1, millionths);
  return bytes.toString();
}

it('writes the decimal fraction, and nothing beside it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000 }), (millionths) => {
      expect(stamped(millionths)).toBe(`x${(millionths / 1e6).toFixed(6)}x`);
    }),
    { numRuns: 20_000 },
  );
});

it.each([
  [-1, 'x0.000000x'],
  [1_000_001, 'x1.000000x'],
])('takes %s for the nearer end', (millionths, text) => {
  expect(stamped(millionths)).toBe(text);
});

it('writes thousandths as JavaScript does', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (value) => {
      expect(thousandths(value)).toBe(String(Math.round(value * 1_000) / 1_000));
    }),
    { numRuns: 20_000, examples: [[0], [0.0004], [0.0005], [0.9996], [0.1], [7], [1234.5678]] },
  );
});
