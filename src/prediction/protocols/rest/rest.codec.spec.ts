import { describe, expect, it } from 'vitest';
import { TensornestError } from '../../../core/errors.js';
import { decodeRest, encodeRest } from './rest.codec.js';

function problemsOf(body: unknown): unknown[] {
  try {
    decodeRest(body);
  } catch (error) {
    if (error instanceof TensornestError) return error.problems.map(({ pointer, code }) => [pointer, code]);
  }
  return [];
}

describe('the request', () => {
  it('gives its rows unchanged', () => {
    expect(decodeRest({ inputs: [{ a: 1 }, null] })).toEqual([{ a: 1 }, null]);
  });

  it.each([
    [undefined, [['', 'wrong-type']]],
    [[], [['', 'wrong-type']]],
    ['text', [['', 'wrong-type']]],
    [{}, [['/inputs', 'required']]],
    [{ inputs: null }, [['/inputs', 'null']]],
    [{ inputs: {} }, [['/inputs', 'wrong-type']]],
    [
      { input: [] },
      [
        ['/input', 'unknown-field'],
        ['/inputs', 'required'],
      ],
    ],
    [JSON.parse('{"inputs":[],"__proto__":{}}'), [['/__proto__', 'forbidden-key']]],
  ])('%j is refused with every problem', (body, problems) => {
    expect(problemsOf(body)).toEqual(problems);
  });
});

describe('the response', () => {
  const prediction = {
    model: 'm',
    version: '1.0.0',
    classes: [
      { label: 'no', title: 'No' },
      { label: '__proto__', title: 'Odd' },
    ],
    winners: Int32Array.of(1),
    probabilities: Float32Array.of(0.12345678, 0.87654322),
    timing: { encode: 0, infer: 0, total: 0 },
  };

  it('rounds probabilities to six decimals', () => {
    expect(encodeRest(prediction).results[0]).toMatchObject({ class: 1, label: '__proto__', probability: 0.876543 });
  });

  it('keeps a class whose label is a name of JavaScript', () => {
    const text = JSON.stringify(encodeRest(prediction));
    expect(text).toContain('"probabilities":{"no":0.123457,"__proto__":0.876543}');
  });
});
