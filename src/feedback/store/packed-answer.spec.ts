import fc from 'fast-check';
import { expect, it } from 'vitest';
import { NO_ANSWER, packAnswer, unpackAnswer } from './packed-answer.js';

it('an answer comes out of its 32 bits as it went in, to a 65,535th', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 0xfffe }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (winner, confidence) => {
        const packed = packAnswer(winner, confidence);
        expect(Uint32Array.of(packed)[0]).toBe(packed);
        const found = unpackAnswer(packed)!;
        expect(found.winner).toBe(winner);
        expect(Math.abs(found.confidence - confidence)).toBeLessThanOrEqual(1 / 65_535);
      },
    ),
  );
});

it('a probability that exceeds one by the last bit of a float32 is one', () => {
  expect(unpackAnswer(packAnswer(3, 1.0000001))).toEqual({ winner: 3, confidence: 1 });
});

it('a refused row has none', () => {
  expect(unpackAnswer(NO_ANSWER)).toBeUndefined();
});
