import { type InputProblem, TensornestError } from '../core/errors.js';

/** The error for input with these problems; its message is the first of them. */
export function refusal(problems: readonly InputProblem[]): TensornestError {
  const [first, ...others] = problems;
  const more = others.length === 0 ? '' : ` (and ${others.length} more problem${others.length === 1 ? '' : 's'})`;
  return new TensornestError('invalid-input', `${first?.pointer} ${first?.message}${more}.`.trimStart(), { problems });
}
