import type { InputFault, InputProblem } from '../../core/errors.js';
import { type Datatype, elementCount } from '../../core/tensor.js';

/**
 * Elements as a door read them: of JSON anything at all, checked by nobody yet; of binary data typed arrays, and byte
 * strings for BYTES.
 */
export type WireElements = ArrayLike<unknown>;

/** A tensor as a door received it. There are as many elements as the shape says. */
export interface WireTensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  /** Row-major. */
  readonly elements: WireElements;
  /** JSON pointer to the tensor. */
  readonly pointer: string;
  /** JSON pointer to one of its elements. */
  at(index: number): string;
}

/** The steps to element `index` where elements are nested as `shape` says. */
export function nestedSteps(shape: readonly number[], index: number): string {
  let rest = index;
  let steps = '';
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    const length = shape[axis]!;
    steps = `/${rest % length}${steps}`;
    rest = Math.floor(rest / length);
  }
  return steps;
}

/** More dimensions than any model has; keeps hostile ones from costing anything. */
const MOST_DIMENSIONS = 16;
/** More elements than fit any memory; products beyond are not exact any more. */
const MOST_ELEMENTS = 2 ** 40;

/** What is wrong with a shape, or the number of elements that it means. */
export function countOf(shape: unknown, pointer: string): number | InputProblem {
  const wrong = (code: InputFault, message: string): InputProblem => ({ pointer, code, message });
  if (shape === undefined) return wrong('required', 'is required: the length of each dimension');
  if (!Array.isArray(shape)) return wrong('wrong-type', 'must be a list of whole numbers');
  if (shape.length > MOST_DIMENSIONS) return wrong('too-many', `must have at most ${MOST_DIMENSIONS} dimensions`);
  for (const length of shape as unknown[]) {
    if (typeof length !== 'number' || !Number.isInteger(length)) {
      return wrong('wrong-type', 'must be a list of whole numbers');
    }
    if (length < 1) return wrong('out-of-range', `must hold lengths of at least 1, not ${length}`);
  }
  const count = elementCount(shape as number[]);
  return count <= MOST_ELEMENTS ? count : wrong('out-of-range', 'means more elements than any request can hold');
}
