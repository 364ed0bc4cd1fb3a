import type { InputFault } from '../../core/errors.js';
import { carrierOf, type Datatype, type Elements } from '../../core/tensor.js';
import { FLOAT32_MAX } from '../../encoding/number-bounds.js';
import type { WireElements } from './wire-tensor.js';

/** Why one element was refused. */
export interface ElementFault {
  readonly index: number;
  readonly code: InputFault;
  readonly message: string;
}

/** Smallest and largest value of each datatype of whole numbers. */
const INTEGER_RANGES: Readonly<Partial<Record<Datatype, readonly [bigint, bigint]>>> = {
  UINT8: [0n, 255n],
  UINT16: [0n, 65_535n],
  UINT32: [0n, 4_294_967_295n],
  UINT64: [0n, 2n ** 64n - 1n],
  INT8: [-128n, 127n],
  INT16: [-32_768n, 32_767n],
  INT32: [-2_147_483_648n, 2_147_483_647n],
  INT64: [-(2n ** 63n), 2n ** 63n - 1n],
};

const INT32_MIN = -2_147_483_648;
const INT32_MAX = 2_147_483_647;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** One element, checked against its datatype; or why it is none of that datatype. */
type Checked<T> = { readonly value: T } | Omit<ElementFault, 'index'>;

/** The elements as a backend holds them, or every reason why it cannot. */
export function toElements(datatype: Datatype, elements: WireElements): Elements | ElementFault[] {
  const { length } = elements;
  switch (carrierOf(datatype)) {
    case 'float32':
      return fill(elements, new Float32Array(length), floatOf);
    case 'int32':
      return fill(elements, new Int32Array(length), (element) => int32Of(datatype, element));
    case 'bool':
      return fill(elements, new Uint8Array(length), booleanOf);
    case 'string':
      return fill(elements, new Array<Uint8Array>(length), bytesOf);
  }
}

/** The elements as JSON has them, for the features of a row; null stands for a missing value. */
export function toValues(datatype: Datatype, elements: WireElements): unknown[] | ElementFault[] {
  return fill(elements, new Array<unknown>(elements.length), (element): Checked<unknown> => {
    if (element === null) return { value: null };
    switch (carrierOf(datatype)) {
      case 'string':
        return textOf(element);
      case 'bool':
        return booleanOf(element);
      case 'int32':
        return integerOf(datatype, element);
      case 'float32':
        // The signature's own rules say what a number may be.
        return typeof element === 'number' ? { value: element } : fault('wrong-type', 'must be a number');
    }
  });
}

/** Whether `toElements` or `toValues` has refused. */
export function areFaults(outcome: Elements | unknown[] | ElementFault[]): outcome is ElementFault[] {
  const first: unknown = outcome[0];
  return typeof first === 'object' && first !== null && 'code' in first;
}

function fill<T, A extends Record<number, T>>(
  elements: WireElements,
  out: A,
  check: (element: unknown) => Checked<T>,
): A | ElementFault[] {
  const faults: ElementFault[] = [];
  for (let index = 0; index < elements.length; index += 1) {
    const checked = check(elements[index]);
    if ('value' in checked) out[index] = checked.value;
    else faults.push({ index, ...checked });
  }
  return faults.length > 0 ? faults : out;
}

function fault(code: InputFault, message: string): Omit<ElementFault, 'index'> {
  return { code, message };
}

/** Binary data may hold what is no number; JSON cannot. */
function floatOf(element: unknown): Checked<number> {
  if (typeof element !== 'number') return fault('wrong-type', 'must be a number');
  if (Number.isFinite(element) && Math.abs(element) > FLOAT32_MAX) {
    return fault('out-of-range', 'is beyond what a 32-bit floating-point number can hold');
  }
  return { value: element };
}

function integerOf(datatype: Datatype, element: unknown): Checked<number> {
  if (typeof element === 'bigint') {
    const value = Number(element);
    return Number.isSafeInteger(value)
      ? { value }
      : fault('out-of-range', 'is beyond 2^53, so it would not stay exact');
  }
  if (typeof element !== 'number' || !Number.isInteger(element)) return fault('wrong-type', 'must be a whole number');
  if (!Number.isSafeInteger(element)) {
    return fault('out-of-range', 'is beyond 2^53: JSON does not carry such a number exactly');
  }
  const [least, most] = INTEGER_RANGES[datatype]!;
  if (element < least || element > most) return fault('out-of-range', `must be from ${least} to ${most}`);
  return { value: element };
}

function int32Of(datatype: Datatype, element: unknown): Checked<number> {
  const checked = integerOf(datatype, element);
  if (!('value' in checked)) return checked;
  const { value } = checked;
  if (value >= INT32_MIN && value <= INT32_MAX) return checked;
  return fault('out-of-range', `must be from ${INT32_MIN} to ${INT32_MAX}: the model computes with 32-bit integers`);
}

/** JSON has `true` and `false`, binary data 1 and 0. */
function booleanOf(element: unknown): Checked<number> {
  if (typeof element === 'boolean') return { value: Number(element) };
  return fault('wrong-type', 'must be true or false');
}

function bytesOf(element: unknown): Checked<Uint8Array> {
  if (typeof element === 'string') return { value: encoder.encode(element) };
  if (element instanceof Uint8Array) return { value: element };
  return fault('wrong-type', 'must be a string');
}

function textOf(element: unknown): Checked<string> {
  if (typeof element === 'string') return { value: element };
  if (!(element instanceof Uint8Array)) return fault('wrong-type', 'must be a string');
  try {
    return { value: decoder.decode(element) };
  } catch {
    return fault('wrong-type', 'must be UTF-8 text');
  }
}
