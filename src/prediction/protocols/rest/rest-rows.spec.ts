import { describe, expect, it } from 'vitest';
import { TensornestError } from '../../../core/errors.js';
import { rowsOf } from './rest-rows.js';

function problemsOf(body: unknown): unknown[] {
  try {
    rowsOf(body);
  } catch (error) {
    if (error instanceof TensornestError) return error.problems.map(({ pointer, code }) => [pointer, code]);
  }
  return [];
}

describe('the request', () => {
  it('gives its rows unchanged', () => {
    expect(rowsOf({ inputs: [{ a: 1 }, null] })).toEqual([{ a: 1 }, null]);
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
