/** The datatypes of the Open Inference Protocol. BYTES elements are strings of bytes; FP16 is carried in binary only. */
export const DATATYPES = [
  'BOOL',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FP16',
  'FP32',
  'FP64',
  'BYTES',
] as const;
export type Datatype = (typeof DATATYPES)[number];

export function isDatatype(text: unknown): text is Datatype {
  return (DATATYPES as readonly unknown[]).includes(text);
}

/** A tensor as a signature promises it. */
export interface TensorSpec {
  readonly name: string;
  readonly datatype: Datatype;
  /** Lengths by dimension, -1 where any length will do; null when not even the number of dimensions is known. */
  readonly shape: readonly number[] | null;
}

/** Elements as a backend holds them: all integers are int32, all floating-point numbers float32. Row-major. */
export type Elements = Float32Array | Int32Array | Uint8Array | readonly Uint8Array[];

/** A tensor on its way to a model, or from it. `data` is Float32Array, Int32Array, Uint8Array (BOOL) or byte strings. */
export interface Tensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly data: Elements;
}

/** How a backend holds the elements of a datatype. */
export type Carrier = 'float32' | 'int32' | 'bool' | 'string';

export function carrierOf(datatype: Datatype): Carrier {
  switch (datatype) {
    case 'BOOL':
      return 'bool';
    case 'BYTES':
      return 'string';
    case 'FP16':
    case 'FP32':
    case 'FP64':
      return 'float32';
    case 'INT8':
    case 'INT16':
    case 'INT32':
    case 'INT64':
    case 'UINT8':
    case 'UINT16':
    case 'UINT32':
    case 'UINT64':
      return 'int32';
  }
}

/** Elements in a tensor of this shape; a scalar has one. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Whether a tensor of `shape` is one of those that `promised` allows. */
export function fitsShape(shape: readonly number[], promised: readonly number[] | null): boolean {
  if (promised === null) return true;
  return shape.length === promised.length && promised.every((length, axis) => length === -1 || length === shape[axis]);
}

/** `[-1,21]`, or `[?]` where the rank is unknown. */
export function showShape(shape: readonly number[] | null): string {
  return shape === null ? '[?]' : `[${shape.join(',')}]`;
}
