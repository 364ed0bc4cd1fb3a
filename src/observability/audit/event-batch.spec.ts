import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchBody, piecesOf } from './event-batch.js';

const objects = fc.array(fc.record({ text: fc.string({ unit: 'grapheme', maxLength: 80 }) }), { minLength: 1 });

describe('a batch of events', () => {
  it('is the JSON array of its lines, in however many pieces', () => {
    fc.assert(
      fc.property(objects, fc.integer({ min: 1, max: 300 }), (events, most) => {
        const lines = Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
        const pieces = piecesOf(lines, most);
        expect(Buffer.concat(pieces).equals(lines)).toBe(true);
        for (const piece of pieces) {
          expect(piece.at(-1)).toBe(0x0a);
          if (piece.length > most) expect(piece.indexOf(0x0a)).toBe(piece.length - 1);
        }
        expect(JSON.parse(batchBody(pieces).toString())).toEqual(events);
      }),
    );
  });
});
