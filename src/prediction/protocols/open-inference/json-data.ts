import type { InputProblem } from '../../../core/errors.js';
import type { Datatype } from '../../../core/tensor.js';
import { problem } from '../../tensors/problems.js';
import { nestedSteps, type WireTensor } from '../../tensors/wire-tensor.js';

/** A tensor whose elements are still to be read. */
export interface TensorHead {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly pointer: string;
}

/**
 * Reads `data`, flat or nested as `shape` says; a scalar may stand without a list. Reports what is wrong with its form,
 * and leaves the elements to the datatype.
 */
export function readData(
  head: TensorHead,
  count: number,
  data: unknown,
  problems: InputProblem[],
): WireTensor | undefined {
  const { datatype, shape } = head;
  const pointer = `${head.pointer}/data`;
  if (datatype === 'FP16') {
    problems.push(problem(pointer, 'not-allowed', 'of FP16 cannot be JSON: send binary data, or FP32'));
    return undefined;
  }
  if (data === undefined) {
    problems.push(problem(pointer, 'required', `is required: ${count} elements, or binary_data_size`));
    return undefined;
  }
  if (!Array.isArray(data)) {
    if (shape.length === 0) return { ...head, elements: [data], at: () => pointer };
    problems.push(problem(pointer, 'wrong-type', 'must be a list'));
    return undefined;
  }
  if (!Array.isArray(data[0])) {
    if (data.length === count) return { ...head, elements: data, at: (index) => `${pointer}/${index}` };
    problems.push(wrongCount(pointer, data.length, count, shape));
    return undefined;
  }
  const elements = flatten(data, shape, pointer, problems);
  return elements && { ...head, elements, at: (index) => pointer + nestedSteps(shape, index) };
}

/** Goes down one dimension at a time, so no depth that a client thinks of is a depth of our stack. */
function flatten(
  data: readonly unknown[],
  shape: readonly number[],
  pointer: string,
  problems: InputProblem[],
): unknown[] | undefined {
  let level: unknown[] = [data];
  for (const [axis, length] of shape.entries()) {
    const wrong = level.findIndex((list) => !Array.isArray(list) || list.length !== length);
    if (wrong !== -1) {
      const where = pointer + nestedSteps(shape.slice(0, axis), wrong);
      problems.push(problem(where, 'wrong-type', `must be a list of ${length}, as the shape says`));
      return undefined;
    }
    level = (level as unknown[][]).flat();
  }
  return level;
}

function wrongCount(pointer: string, found: number, count: number, shape: readonly number[]): InputProblem {
  const message = `holds ${found} elements, but the shape [${shape.join(',')}] means ${count}`;
  return problem(pointer, found < count ? 'too-few' : 'too-many', message);
}
