import { endianness } from 'node:os';
import type { Datatype, Tensor } from '../../../core/tensor.js';
import type { WireElements } from '../../tensors/wire-tensor.js';
import { halfToNumber, numberToHalf } from './half.js';

/** Bytes of one element; BYTES has no fixed size. */
const SIZES: Readonly<Record<Exclude<Datatype, 'BYTES'>, number>> = {
  BOOL: 1,
  UINT8: 1,
  UINT16: 2,
  UINT32: 4,
  UINT64: 8,
  INT8: 1,
  INT16: 2,
  INT32: 4,
  INT64: 8,
  FP16: 2,
  FP32: 4,
  FP64: 8,
};

type Numeric = Exclude<Datatype, 'BYTES'>;

/** Reads one element of a fixed size, in little-endian order. */
const READERS: Readonly<Record<Numeric, (view: DataView, at: number) => number | bigint | boolean>> = {
  BOOL: (view, at) => view.getUint8(at) !== 0,
  UINT8: (view, at) => view.getUint8(at),
  UINT16: (view, at) => view.getUint16(at, true),
  UINT32: (view, at) => view.getUint32(at, true),
  UINT64: (view, at) => view.getBigUint64(at, true),
  INT8: (view, at) => view.getInt8(at),
  INT16: (view, at) => view.getInt16(at, true),
  INT32: (view, at) => view.getInt32(at, true),
  INT64: (view, at) => view.getBigInt64(at, true),
  FP16: (view, at) => halfToNumber(view.getUint16(at, true)),
  FP32: (view, at) => view.getFloat32(at, true),
  FP64: (view, at) => view.getFloat64(at, true),
};

/** Writes one element likewise. */
function writeElement(datatype: Numeric, view: DataView, at: number, value: number): void {
  switch (datatype) {
    case 'BOOL':
    case 'UINT8':
    case 'INT8':
      view.setUint8(at, value);
      break;
    case 'UINT16':
    case 'INT16':
      view.setUint16(at, value, true);
      break;
    case 'UINT32':
    case 'INT32':
      view.setUint32(at, value, true);
      break;
    case 'UINT64':
    case 'INT64':
      view.setBigInt64(at, BigInt(value), true);
      break;
    case 'FP16':
      view.setUint16(at, numberToHalf(value), true);
      break;
    case 'FP32':
      view.setFloat32(at, value, true);
      break;
    case 'FP64':
      view.setFloat64(at, value, true);
      break;
  }
}

/** Most numbers by far are FP32, and on most machines the bytes are what they are. */
const COPIES_FP32 = endianness() === 'LE';

/** The `count` elements in `bytes`, or what is wrong with their number. */
export function readRaw(datatype: Datatype, bytes: Buffer, count: number): WireElements | string {
  if (datatype === 'BYTES') return readByteStrings(bytes, count);
  const size = SIZES[datatype];
  if (bytes.length !== count * size) {
    return `holds ${bytes.length} bytes, but ${count} elements of ${datatype} are ${count * size}`;
  }
  if (datatype === 'FP32' && COPIES_FP32) {
    const floats = new Float32Array(count);
    new Uint8Array(floats.buffer).set(bytes);
    return floats;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const read = READERS[datatype];
  return Array.from({ length: count }, (_, index) => read(view, index * size));
}

/** Each element is its length, as a uint32, and its bytes. */
function readByteStrings(bytes: Buffer, count: number): Buffer[] | string {
  const elements: Buffer[] = [];
  let at = 0;
  while (at < bytes.length) {
    const end = at + 4 > bytes.length ? Infinity : at + 4 + bytes.readUInt32LE(at);
    if (end > bytes.length) return `breaks off within element ${elements.length}`;
    if (elements.length === count) return `holds more than ${count} elements`;
    elements.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return elements.length === count ? elements : `holds ${elements.length} elements instead of ${count}`;
}

/** The elements of a tensor as raw bytes. */
export function writeRaw({ datatype, data }: Pick<Tensor, 'datatype' | 'data'>): Buffer {
  if (datatype === 'BYTES') {
    return Buffer.concat((data as readonly Uint8Array[]).flatMap((bytes) => [lengthOf(bytes), bytes]));
  }
  const numbers = data as Float32Array | Int32Array | Uint8Array;
  const size = SIZES[datatype];
  const bytes = Buffer.allocUnsafe(numbers.length * size);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let index = 0; index < numbers.length; index += 1) writeElement(datatype, view, index * size, numbers[index]!);
  return bytes;
}

function lengthOf(bytes: Uint8Array): Buffer {
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32LE(bytes.length);
  return length;
}

export { SIZES as ELEMENT_SIZES };
