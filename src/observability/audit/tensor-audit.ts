import { createHash } from 'node:crypto';
import type { TensorPredictionEvent } from '../../core/prediction.js';
import { currentCaller, currentTrace } from '../../core/request-scope.js';
import type { Tensor } from '../../core/tensor.js';

/** Larger tensors are recorded by their digest: a line of a log is no place for pictures. */
const MOST_ELEMENTS = 256;

const decoder = new TextDecoder();

/** The audit line of one call of a tensor model, with its line feed. */
export function tensorAuditLine({ requestId, time, digest, inputs, prediction }: TensorPredictionEvent): string {
  const { model, version, function: called, outputs, timing } = prediction;
  const line = {
    audit: 'prediction',
    id: requestId,
    // Undefined is left out.
    traceId: currentTrace()?.traceId,
    clientId: currentCaller()?.id,
    time: time.toISOString(),
    model,
    version,
    digest,
    function: called,
    inputs: inputs.map(record),
    outputs: outputs.map(record),
    durationMs: Math.round(timing.total * 1_000) / 1_000,
  };
  return `${JSON.stringify(line)}\n`;
}

function record({ name, datatype, shape, data }: Tensor): object {
  const head = { name, datatype, shape };
  return data.length <= MOST_ELEMENTS ? { ...head, data: values(data) } : { ...head, sha256: digestOf(data) };
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
