import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Prediction } from '../../../core/prediction.js';
import { winnersOf } from '../../../core/winners.js';
import { type JsonBytes, type JsonReply, JsonText } from '../../../http/json-reply.js';
import { encodeRest } from './rest-answer.js';

const round = (value: number) => Math.round(value * 1e6) / 1e6;

/** The answer said plainly, as objects. */
function plainAnswer({ id, model, version, classes, winners, probabilities }: Prediction): unknown {
  const results = Array.from(winners, (winner, row) => {
    const own = [...probabilities.subarray(row * classes.length, (row + 1) * classes.length)];
    return {
      class: winner,
      label: classes[winner]!.label,
      probability: round(own[winner]!),
      probabilities: Object.fromEntries(classes.map(({ label }, index) => [label, round(own[index]!)])),
    };
  });
  return { errors: null, version, predictions: [...winners], model, id, results };
}

// NOTE: no label of one character that JSON escapes: as a key, JSON.parse of V8 13.6 (Node 24) takes it for a backslash.
const label = fc.oneof(
  fc.string({ minLength: 2 }),
  fc.constantFrom('__proto__', '"q"', 'a\\b', 'a\nb', 'ünï', '1', 'null'),
);
const prediction = fc
  .record({
    labels: fc.uniqueArray(label, { minLength: 2, maxLength: 5 }),
    rows: fc.integer({ min: 1, max: 6 }),
    seed: fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: 30, maxLength: 30 }),
  })
  .map(({ labels, rows, seed }): Prediction => {
    const probabilities = Float32Array.from(seed.slice(0, rows * labels.length));
    return {
      id: '0197a000-0000-7000-8000-000000000001',
      model: 'a-model',
      version: '1.2.3-rc.1',
      classes: labels.map((text) => ({ label: text, title: text })),
      winners: winnersOf(probabilities, rows),
      probabilities,
      batchRows: rows,
      timing: { encode: 0, queue: 0, infer: 0, total: 0 },
    };
  });

function textOf(reply: JsonReply): string {
  return reply instanceof JsonText ? reply.text : reply.bytes.toString();
}

describe('the answer', () => {
  it('of many rows comes as bytes, with the same content', () => {
    const rows = 500;
    const given = {
      id: '0197a000-0000-7000-8000-000000000001',
      model: 'm',
      version: '1.0.0',
      classes: [
        { label: 'nö', title: 'No' },
        { label: 'yes', title: 'Yes' },
      ],
      probabilities: Float32Array.from({ length: 2 * rows }, (_, index) => (index % 7) / 10),
      winners: new Int32Array(rows),
      batchRows: rows,
      timing: { encode: 0, queue: 0, infer: 0, total: 0 },
    };
    const first = encodeRest(given) as JsonBytes;
    const second = encodeRest(given) as JsonBytes;
    expect(JSON.parse(textOf(first))).toEqual(plainAnswer(given));
    // Neither has been sent yet, so they must not share a buffer.
    expect(second.bytes.buffer).not.toBe(first.bytes.buffer);
    first.release();
    expect((encodeRest(given) as JsonBytes).bytes.buffer).toBe(first.bytes.buffer);
  });

  it('written as text is the JSON of the plain answer, keys in the same order', () => {
    fc.assert(
      fc.property(prediction, (given) => {
        const text = textOf(encodeRest(given));
        expect(JSON.stringify(JSON.parse(text))).toBe(JSON.stringify(JSON.parse(JSON.stringify(plainAnswer(given)))));
      }),
      { numRuns: 2_000 },
    );
  });
});
