import type { Tensor } from '../../../core/tensor.js';
import { refusal } from '../../refusal.js';
import { problem } from '../../tensors/problems.js';
import type { RequestedOutput } from './infer-request.js';

/** Larger tensors are not sorted for anybody. */
const MOST_ELEMENTS = 1_000_000;

const encoder = new TextEncoder();

/**
 * The `classes` largest values of each row, largest first, as `value:index` or `value:index:label`: BYTES of shape
 * [rows,classes], or [classes] for a tensor of one dimension. Throws `invalid-input`.
 */
export function classify(
  tensor: Tensor,
  { classes, pointer }: RequestedOutput,
  labels: readonly string[] | undefined,
): Tensor {
  const { name, datatype, shape, data } = tensor;
  const width = shape.at(-1) ?? 1;
  if (datatype === 'BYTES' || data.length > MOST_ELEMENTS || shape.length > 2) {
    const message = `class result not available for output ${name} due to unsupported type`;
    throw refusal([problem(`${pointer}/parameters/classification`, 'not-allowed', message)]);
  }
  const values = data as Float32Array | Int32Array | Uint8Array;
  const most = Math.min(classes, width);
  const texts: Uint8Array[] = [];
  for (let start = 0; start < values.length; start += width) {
    const row = values.subarray(start, start + width);
    const order = Array.from(row, (_, index) => index).sort((a, b) => row[b]! - row[a]! || a - b);
    for (const index of order.slice(0, most)) {
      const label = labels?.[index];
      texts.push(encoder.encode(`${row[index]!.toFixed(6)}:${index}${label === undefined ? '' : `:${label}`}`));
    }
  }
  return { name, datatype: 'BYTES', shape: [...shape.slice(0, -1), most], data: texts };
}
