import { TensornestError } from '../../../core/errors.js';
import { elementCount, showShape, type TensorSpec } from '../../../core/tensor.js';
import type { WireElements } from '../../tensors/wire-tensor.js';
import { INPUTS, type InferRequest } from './infer-request.js';
import { ELEMENT_SIZES, readRaw } from './raw-elements.js';

/**
 * A body without any JSON: the bytes of the model's only input, of whose dimensions one may be open. Where two are and
 * one of them is the first, that one is a batch of one. BYTES is one string. Every output is answered raw.
 */
export function readRawRequest(inputs: readonly TensorSpec[], body: Buffer): InferRequest {
  const [input, ...others] = inputs;
  if (input === undefined || others.length > 0) {
    throw refused(`the model must have one input, but it has ${inputs.length}`);
  }
  const { name, datatype, shape } = input;
  if (shape === null) throw refused('the shape of the input must be known');
  const actual = datatype === 'BYTES' ? stringShape(shape) : lengthen(shape, body.length / ELEMENT_SIZES[datatype]);
  const elements: WireElements | string = datatype === 'BYTES' ? [body] : readRaw(datatype, body, elementCount(actual));
  if (typeof elements === 'string') throw refused(`the body ${elements}`);
  const tensor = { name, datatype, shape: actual, elements, pointer: `${INPUTS}/0`, at: () => `${INPUTS}/0` };
  return { id: undefined, parameters: { binary_data_output: true }, inputs: [tensor], outputs: null };
}

function stringShape(shape: readonly number[]): number[] {
  if (shape.every((length) => Math.abs(length) === 1)) return shape.map(() => 1);
  throw refused(`a BYTES input must have the shape [1], not ${showShape(shape)}`);
}

/** Finds the one open length from the number of elements. */
function lengthen(shape: readonly number[], elements: number): number[] {
  const open = shape.filter((length) => length === -1).length;
  const lengths = open === 2 && shape[0] === -1 ? [1, ...shape.slice(1)] : [...shape];
  const place = lengths.indexOf(-1);
  if (place === -1) return lengths;
  const known = elementCount(lengths.filter((length) => length !== -1));
  const length = elements / known;
  if (lengths.filter((other) => other === -1).length > 1 || !Number.isInteger(length) || length < 1) {
    throw refused(`${elements} elements do not make a shape ${showShape(shape)}`);
  }
  return lengths.with(place, length);
}

function refused(why: string): TensornestError {
  return new TensornestError('bad-request', `A raw request cannot be read: ${why}.`);
}
