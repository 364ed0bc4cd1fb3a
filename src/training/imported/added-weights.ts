import type { OutputKind } from './judge-output.js';

/** An input of a model, and the columns of an encoded row that it takes: from `from` to before `to`. */
export interface InputColumns {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** A weight that an import adds to a model. */
export interface AddedWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** What takes the columns of one input from a row: shape [width, columns], 1 where they are the same. */
export function selection(name: string, width: number, { from, to }: InputColumns): AddedWeight {
  const values = new Float32Array(width * (to - from));
  for (let column = from; column < to; column += 1) values[column * (to - from) + column - from] = 1;
  return { name, shape: [width, to - from], values };
}

/** What makes two answers of one: [1 - p, p] of a probability; of a score [0, z], whose softmax is that of its sigmoid. */
export function twoOfOne(kind: OutputKind, kernel: string, bias: string): [AddedWeight, AddedWeight] {
  const [values, shift] = kind === 'probabilities' ? [[-1, 1], [1, 0]] : [[0, 1], [0, 0]]; // prettier-ignore
  return [
    { name: kernel, shape: [1, 2], values: new Float32Array(values) },
    { name: bias, shape: [2], values: new Float32Array(shift) },
  ];
}

export function specOf({ name, shape }: AddedWeight) {
  return { name, shape: [...shape], dtype: 'float32' };
}

export function bytesOf({ values }: AddedWeight): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** `wanted`, or with a number behind it where something has that name already. */
export function freeName(wanted: string, taken: ReadonlySet<string>): string {
  let name = wanted;
  for (let number = 1; taken.has(name); number += 1) name = `${wanted}_${number}`;
  return name;
}
