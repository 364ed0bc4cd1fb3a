import { type InputProblem, TensornestError } from '../../../core/errors.js';
import { problem } from '../../tensors/problems.js';
import type { WireTensor } from '../../tensors/wire-tensor.js';
import type { TensorHead } from './json-data.js';
import { readRaw } from './raw-elements.js';

/** How many bytes of the body are JSON; the rest are raw tensors. */
export const HEADER_LENGTH = 'inference-header-content-length';

/** A body in its two parts. */
export interface SplitBody {
  readonly json: Buffer;
  /** Null for a raw request, whose body is one tensor and nothing else. */
  readonly binary: Buffer;
  readonly raw: boolean;
}

/** Splits a body as the header says: absent, it is all JSON; 0, it is one raw tensor. Throws `bad-request`. */
export function splitBody(body: Buffer, header: string | undefined): SplitBody {
  if (header === undefined) return { json: body, binary: Buffer.alloc(0), raw: false };
  const length = /^\d{1,15}$/.test(header.trim()) ? Number(header) : NaN;
  if (!(length <= body.length)) {
    throw new TensornestError(
      'bad-request',
      `Inference-Header-Content-Length must be the bytes of JSON in the body, from 0 to ${body.length}.`,
    );
  }
  return { json: body.subarray(0, length), binary: body.subarray(length), raw: length === 0 };
}

/** The raw tensors behind the JSON, in the order of the inputs. */
export class BinarySection {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  /** Bytes that no tensor has taken. */
  get left(): number {
    return this.bytes.length - this.at;
  }

  /** Takes the next `size` bytes as the elements of a tensor. */
  read(head: TensorHead, count: number, size: unknown, problems: InputProblem[]): WireTensor | undefined {
    const pointer = `${head.pointer}/parameters/binary_data_size`;
    if (typeof size !== 'number' || !Number.isInteger(size) || size < 0) {
      problems.push(problem(pointer, 'wrong-type', 'must be a whole number of bytes'));
      return undefined;
    }
    if (size > this.left) {
      problems.push(
        problem(pointer, 'out-of-range', `asks for ${size} bytes of binary data, but ${this.left} are left`),
      );
      return undefined;
    }
    const bytes = this.bytes.subarray(this.at, this.at + size);
    this.at += size;
    const elements = readRaw(head.datatype, bytes, count);
    if (typeof elements !== 'string') return { ...head, elements, at: () => head.pointer };
    problems.push(problem(head.pointer, 'too-few', elements));
    return undefined;
  }
}
