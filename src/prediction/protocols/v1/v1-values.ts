import { type InputFault, TensornestError } from '../../../core/errors.js';
import { pointerStep } from '../../../core/json-pointer.js';
import { carrierOf, type Datatype } from '../../../core/tensor.js';
import { Real } from './v1-json.js';
import { TENSORFLOW_TYPES } from './v1-types.js';

/** A tensor as nested JSON lists have it. */
export interface DenseValue {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly elements: readonly unknown[];
}

/** An error in TensorFlow Serving's words, with the place for those who want it. */
export function v1Refusal(pointer: string, code: InputFault, message: string): TensornestError {
  return new TensornestError('invalid-input', message, { problems: [{ pointer, code, message }] });
}

/** Reads nested lists of one shape. Throws `invalid-input`. */
export function readDense(value: unknown, datatype: Datatype, pointer: string): DenseValue {
  const shape: number[] = [];
  for (let inner = value; Array.isArray(inner); inner = inner[0]) shape.push(inner.length);
  if (shape.includes(0)) throw v1Refusal(pointer, 'too-few', 'Encountered an empty list, which is no tensor');
  const elements: unknown[] = [];
  fill(value, 0, pointer);
  return { shape, elements };

  // The parser has limited the depth.
  function fill(item: unknown, level: number, at: string): void {
    if (!Array.isArray(item)) {
      if (level !== shape.length) {
        const found = `found at incorrect level: ${level + 1} in the JSON DOM. Expected at level: ${shape.length}`;
        throw v1Refusal(at, 'wrong-type', `JSON Value: ${show(item)} ${found}`);
      }
      elements.push(readElement(item, datatype, at));
      return;
    }
    if (level >= shape.length) {
      const message = `Encountered list at unexpected level: ${level} expected < ${shape.length}`;
      throw v1Refusal(at, 'wrong-type', message);
    }
    if (item.length !== shape[level]) {
      const message = `Encountered list at unexpected size: ${item.length} at level: ${level} expected size: ${shape[level]}`;
      throw v1Refusal(at, item.length < shape[level]! ? 'too-few' : 'too-many', message);
    }
    item.forEach((part, index) => {
      fill(part, level + 1, `${at}/${index}`);
    });
  }
}

/** One element, of the JSON type that the datatype asks for: numbers for floats, integers for integers. */
function readElement(item: unknown, datatype: Datatype, at: string): unknown {
  switch (carrierOf(datatype)) {
    case 'float32':
      if (typeof item === 'number') return item;
      if (item instanceof Real) return item.value;
      if (typeof item === 'bigint') return Number(item);
      break;
    case 'int32':
      if ((typeof item === 'number' && Number.isInteger(item)) || typeof item === 'bigint') return item;
      break;
    case 'bool':
      if (typeof item === 'boolean') return item;
      break;
    case 'string':
      if (typeof item === 'string') return item;
      if (isBase64(item)) return decodeBase64(item, at);
      break;
  }
  const type = `Type: ${jsonType(item)} is not of expected type: ${TENSORFLOW_TYPES[datatype].name}`;
  throw v1Refusal(at, item === null ? 'null' : 'wrong-type', `JSON Value: ${show(item)} ${type}`);
}

/** An object with the one key `b64` stands for bytes, wherever a string may stand. */
export function isBase64(value: unknown): value is { readonly b64: string } {
  if (!isObject(value)) return false;
  const keys = Object.keys(value);
  return keys.length === 1 && typeof value.b64 === 'string';
}

export function decodeBase64({ b64 }: { readonly b64: string }, at: string): Uint8Array {
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(b64))
    throw v1Refusal(at + pointerStep('b64'), 'wrong-type', 'Unable to base64 decode');
  return new Uint8Array(Buffer.from(b64, 'base64'));
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Real);
}

function jsonType(value: unknown): string {
  if (value === null) return 'Null';
  if (Array.isArray(value)) return 'Array';
  if (isObject(value)) return 'Object';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'string' ? 'String' : 'Number';
}

const LONGEST_SHOWN = 200;

/** A value as a message quotes it. */
export function show(value: unknown): string {
  if (value instanceof Real) return value.value.toFixed(1);
  if (typeof value === 'bigint' || typeof value === 'number') return String(value);
  const text = JSON.stringify(value, (_, item: unknown) => {
    if (item instanceof Real) return item.value;
    return typeof item === 'bigint' ? Number(item) : item;
  });
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}...` : text;
}
