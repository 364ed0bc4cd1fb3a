import { createHash } from 'node:crypto';
import type { Tensor } from '../../../core/tensor.js';

/** Larger tensors are recorded by their digest: a line of a log is no place for pictures. */
const MOST_ELEMENTS = 256;

const decoder = new TextDecoder();

/** Tensors as the Open Inference Protocol writes them; large ones by the SHA-256 of their elements. */
export function recordTensors(tensors: readonly Tensor[]): object[] {
  return tensors.map(({ name, datatype, shape, data }) => {
    const head = { name, datatype, shape };
    return data.length <= MOST_ELEMENTS ? { ...head, data: values(data) } : { ...head, sha256: digestOf(data) };
  });
}

function values(data: Tensor['data']): unknown[] {
  return Array.from<number | Uint8Array, unknown>(data, (element) =>
    typeof element === 'number' ? element : decoder.decode(element),
  );
}

function digestOf(data: Tensor['data']): string {
  const hash = createHash('sha256');
  if (ArrayBuffer.isView(data)) hash.update(data);
  else for (const bytes of data) hash.update(bytes).update('\0');
  return hash.digest('hex');
}
