import type { InputFault, InputProblem } from '../../core/errors.js';
import { nearest } from '../../encoding/nearest.js';
import type { ElementFault } from './elements.js';
import type { WireTensor } from './wire-tensor.js';

export function problem(pointer: string, code: InputFault, message: string): InputProblem {
  return { pointer, code, message };
}

/** The problems of single elements. */
export function elementProblems(tensor: WireTensor, faults: readonly ElementFault[]): InputProblem[] {
  return faults.map(({ index, code, message }) => problem(tensor.at(index), code, message));
}

/** A problem for a name that is none of `names`; `what` says what would have been one. */
export function unknownName(pointer: string, name: string, what: string, names: readonly string[]): InputProblem {
  const close = nearest(name, names);
  const hint = close === undefined ? `the ${what}s are ${names.join(', ')}` : `did you mean "${close}"?`;
  return {
    pointer,
    code: 'unknown-field',
    message: `unexpected ${what} ${JSON.stringify(name)}; ${hint}`,
    ...(close === undefined ? {} : { nearest: close }),
  };
}
