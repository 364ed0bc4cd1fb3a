import type { InputProblem } from '../core/errors.js';

/** The problem of a request with more rows than one may have. */
export function tooManyRows(pointer: string, most: number, rows: number): InputProblem {
  const message = `must hold at most ${most} rows, but holds ${rows}; send them in several requests`;
  return { pointer, code: 'too-many', message };
}
