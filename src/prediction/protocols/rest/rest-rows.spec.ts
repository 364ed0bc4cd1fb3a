import { describe, expect, it } from 'vitest';
import { TensornestError } from '../../../core/errors.js';
import { envelopeOf } from './rest-rows.js';

function problemsOf(body: unknown): unknown[] {
  try {
    envelopeOf(body);
  } catch (error) {
    if (error instanceof TensornestError) return error.problems.map(({ pointer, code }) => [pointer, code]);
  }
  return [];
}

describe('the request', () => {
  it('gives its rows unchanged', () => {
    expect(envelopeOf({ inputs: [{ a: 1 }, null] })).toEqual({ inputs: [{ a: 1 }, null], partial: false });
    expect(envelopeOf({ inputs: [], partial: true })).toEqual({ inputs: [], partial: true });
  });

  it.each([
    [undefined, [['', 'wrong-type']]],
    [[], [['', 'wrong-type']]],
    ['text', [['', 'wrong-type']]],
    [{}, [['/inputs', 'required']]],
    [{ inputs: null }, [['/inputs', 'null']]],
    [{ inputs: {} }, [['/inputs', 'wrong-type']]],
    [{ inputs: [], partial: null }, [['/partial', 'null']]],
    [{ inputs: [], partial: 'yes' }, [['/partial', 'wrong-type']]],
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
