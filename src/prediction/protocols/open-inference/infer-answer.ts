import { TensornestError } from '../../../core/errors.js';
import { carrierOf, type Tensor } from '../../../core/tensor.js';
import type { Inference } from '../../inference.js';
import { refusal } from '../../refusal.js';
import { problem, unknownName } from '../../tensors/problems.js';
import { tabularOutputs } from '../../tensors/tabular-outputs.js';
import { OUTPUTS } from '../../tensors/model-interface.js';
import { classify } from './classification.js';
import type { InferRequest, RequestedOutput } from './infer-request.js';
import { writeRaw } from './raw-elements.js';

/** An output on its way to a client. */
export interface AnsweredOutput {
  readonly tensor: Tensor;
  /** As raw bytes. */
  readonly binary: boolean;
}

const decoder = new TextDecoder();

/** The outputs that were asked for, in the order of asking; all of them where none was named. Throws `invalid-input`. */
export function answeredOutputs(inference: Inference, request: InferRequest): AnsweredOutput[] {
  const tensors = inference.kind === 'tabular' ? tabularOutputs(inference.prediction) : inference.prediction.outputs;
  if (request.outputs === null) {
    const binary = request.parameters.binary_data_output === true;
    return tensors.map((tensor) => ({ tensor, binary }));
  }
  assertKnown(
    tensors.map(({ name }) => name),
    request.outputs,
  );
  return request.outputs.map((output) => {
    const tensor = tensors.find(({ name }) => name === output.name)!;
    const answered = output.classes > 0 ? classify(tensor, output, labelsOf(inference, tensor)) : tensor;
    return { tensor: answered, binary: output.binary };
  });
}

/** Throws `invalid-input` for outputs that there are not. */
export function assertKnown(names: readonly string[], outputs: readonly RequestedOutput[] | null): void {
  const unknown = (outputs ?? []).filter(({ name }) => !names.includes(name));
  if (unknown.length === 0) return;
  throw refusal(unknown.map(({ name, pointer }) => unknownName(`${pointer}/name`, name, 'output', names)));
}

function labelsOf(inference: Inference, { name }: Tensor): readonly string[] | undefined {
  if (inference.kind === 'tensor') return inference.labels;
  return name === OUTPUTS.probabilities ? inference.prediction.classes.map(({ label }) => label) : undefined;
}

/** An answer as bytes: JSON, and behind it the outputs that were wanted raw. */
export interface InferBody {
  readonly bytes: Buffer;
  /** Bytes of JSON, where raw tensors follow it; null where nothing does. */
  readonly headerLength: number | null;
}

/** The response parameter that names the prediction: `id` is the client's own there. */
export const PREDICTION_ID_PARAMETER = 'prediction_id';

/** `id` is the client's own, or else the request's. */
export function encodeInferBody({ prediction }: Inference, id: string, outputs: readonly AnsweredOutput[]): InferBody {
  const raw: Buffer[] = [];
  const described = outputs.map(({ tensor, binary }) => {
    const { name, datatype, shape } = tensor;
    if (!binary) return { name, shape, datatype, data: jsonData(tensor) };
    const bytes = writeRaw(tensor);
    raw.push(bytes);
    return { name, shape, datatype, parameters: { binary_data_size: bytes.length } };
  });
  const { model: model_name, version: model_version } = prediction;
  const parameters = { [PREDICTION_ID_PARAMETER]: prediction.id };
  const json = Buffer.from(JSON.stringify({ model_name, model_version, id, parameters, outputs: described }));
  return raw.length === 0
    ? { bytes: json, headerLength: null }
    : { bytes: Buffer.concat([json, ...raw]), headerLength: json.length };
}

/** The elements as JSON has them, row-major and flat. */
function jsonData({ name, datatype, data }: Tensor): unknown[] {
  if (datatype === 'FP16') {
    throw refusal([problem('/outputs', 'not-allowed', `output ${name} is FP16: ask for it with binary_data`)]);
  }
  switch (carrierOf(datatype)) {
    case 'string':
      return Array.from(data as readonly Uint8Array[], (bytes) => decoder.decode(bytes));
    case 'bool':
      return Array.from(data as Uint8Array, (element) => element !== 0);
    case 'int32':
      return Array.from(data as Int32Array);
    case 'float32': {
      const floats = data as Float32Array;
      if (floats.every(Number.isFinite)) return Array.from(floats);
      const message = `Output ${name} holds a number that is not finite, which JSON cannot carry: ask for binary_data.`;
      throw new TensornestError('non-finite-output', message);
    }
  }
}
