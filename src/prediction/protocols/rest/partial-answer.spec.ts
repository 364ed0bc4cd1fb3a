import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Prediction } from '../../../core/prediction.js';
import { winnersOf } from '../../../core/winners.js';
import { JsonText } from '../../../http/json-reply.js';
import { encodePartial } from './partial-answer.js';
import { encodeRest } from './rest-answer.js';

const CLASSES = ['no', 'maybe', 'yes "sure"'].map((label) => ({ label, title: label }));

const predictions = fc
  .array(fc.tuple(fc.nat(1_000), fc.nat(1_000), fc.integer({ min: 1, max: 1_000 })), { minLength: 1, maxLength: 20 })
  .map((shares): Prediction => {
    const probabilities = Float32Array.from(
      shares.flatMap((row) => row.map((share) => share / (row[0] + row[1] + row[2]))),
    );
    const timing = { encode: 0, queue: 0, infer: 0, total: 0 };
    const winners = winnersOf(probabilities, shares.length);
    const id = '0197a000-0000-7000-8000-000000000001';
    return {
      id,
      model: 'm',
      version: '1.0.0',
      classes: CLASSES,
      winners,
      probabilities,
      batchRows: shares.length,
      timing,
    };
  });

describe('the partial answer', () => {
  it('is that of any request where no row was refused', () => {
    fc.assert(
      fc.property(predictions, (prediction) => {
        const positions = [...prediction.winners.keys()];
        const plain = encodePartial(prediction, { rows: [], positions, refused: [] });
        const usual = encodeRest(prediction);
        const text = usual instanceof JsonText ? usual.text : usual.bytes.toString();
        expect(JSON.parse(plain.text)).toEqual(JSON.parse(text));
      }),
    );
  });
});
