import { type InputProblem, TensornestError } from '../../../core/errors.js';
import { type Datatype, isDatatype, type Tensor } from '../../../core/tensor.js';
import type { Inference } from '../../inference.js';
import { refusal } from '../../refusal.js';
import { problem } from '../../tensors/problems.js';
import { countOf, type WireElements, type WireTensor } from '../../tensors/wire-tensor.js';
import { type AnsweredOutput, PREDICTION_ID_PARAMETER } from '../open-inference/infer-answer.js';
import {
  INPUTS,
  type InferRequest,
  type Parameters,
  reportDuplicates,
  requestedOutput,
} from '../open-inference/infer-request.js';
import { readRaw, writeRaw } from '../open-inference/raw-elements.js';
import type {
  GrpcContents,
  GrpcInferRequest,
  GrpcInferResponse,
  GrpcInput,
  GrpcOutput,
  GrpcParameter,
  GrpcParameters,
} from './grpc-messages.js';

/** Where the elements of each datatype are; FP16 has no place but the raw contents. */
const FIELDS: Readonly<Record<Exclude<Datatype, 'FP16'>, keyof GrpcContents>> = {
  BOOL: 'bool_contents',
  INT8: 'int_contents',
  INT16: 'int_contents',
  INT32: 'int_contents',
  INT64: 'int64_contents',
  UINT8: 'uint_contents',
  UINT16: 'uint_contents',
  UINT32: 'uint_contents',
  UINT64: 'uint64_contents',
  FP32: 'fp32_contents',
  FP64: 'fp64_contents',
  BYTES: 'bytes_contents',
};

/** Reads a request. Throws `invalid-input` with every problem of its form. */
export function readGrpcRequest(message: GrpcInferRequest): InferRequest {
  const { model_name: model, id, inputs, outputs, raw_input_contents: raw } = message;
  const problems: InputProblem[] = [];
  if (inputs.length === 0) problems.push(problem(INPUTS, 'too-few', 'must hold at least one input tensor'));
  if (raw.length > 0 && raw.length !== inputs.length) {
    const text = `expected number of input tensors to match raw_input_contents: ${inputs.length} and ${raw.length} for model '${model}'`;
    throw refusal([problem('/raw_input_contents', raw.length < inputs.length ? 'too-few' : 'too-many', text)]);
  }
  reportDuplicates(inputs, INPUTS, problems);
  reportDuplicates(outputs, '/outputs', problems);
  const tensors = inputs.flatMap((input, index) => readInput(input, index, raw[index], model, problems) ?? []);
  const requested = outputs.map(({ name, parameters }, index) =>
    requestedOutput(name, readParameters(parameters), false, `/outputs/${index}`, problems),
  );
  if (problems.length > 0) throw refusal(problems);
  return {
    id: id === '' ? undefined : id,
    parameters: readParameters(message.parameters),
    inputs: tensors,
    outputs: requested.length === 0 ? null : requested,
  };
}

function readInput(
  { name, datatype, shape: lengths, contents }: GrpcInput,
  index: number,
  raw: Buffer | undefined,
  model: string,
  problems: InputProblem[],
): WireTensor | undefined {
  const pointer = `${INPUTS}/${index}`;
  const shape = lengths.map(Number);
  const count = countOf(shape, `${pointer}/shape`);
  if (typeof count !== 'number') problems.push(count);
  if (!isDatatype(datatype)) {
    problems.push(problem(`${pointer}/datatype`, 'not-allowed', 'must be a datatype of the protocol, such as FP32'));
  }
  if (typeof count !== 'number' || !isDatatype(datatype)) return undefined;
  const elements = raw === undefined ? readContents(datatype, contents, count) : withoutContents(raw);
  if (typeof elements === 'string') {
    problems.push(problem(`${pointer}/contents`, 'not-allowed', elements));
    return undefined;
  }
  return { name, datatype, shape, elements, pointer, at: (place) => `${pointer}/contents/${place}` };

  function withoutContents(bytes: Buffer): WireElements | string {
    if (contents !== null) {
      return `contents field must not be specified when using raw_input_contents for input '${name}' for model '${model}'`;
    }
    return readRaw(datatype as Datatype, bytes, count as number);
  }
}

function readContents(datatype: Datatype, contents: GrpcContents | null, count: number): WireElements | string {
  if (datatype === 'FP16') return 'of FP16 must be in raw_input_contents';
  const field = FIELDS[datatype];
  const elements: readonly unknown[] = contents?.[field] ?? [];
  if (elements.length !== count) return `holds ${elements.length} elements in ${field}, but the shape means ${count}`;
  return field === 'int64_contents' || field === 'uint64_contents'
    ? elements.map((text) => BigInt(text as string))
    : elements;
}

function readParameters(parameters: GrpcParameters): Parameters {
  return Object.fromEntries(
    Object.entries(parameters).flatMap(([name, parameter]) => {
      const value = valueOf(parameter);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

function valueOf(parameter: GrpcParameter): string | number | boolean | undefined {
  const { parameter_choice: choice } = parameter;
  if (choice === undefined) return undefined;
  const value = parameter[choice];
  return choice === 'int64_param' || choice === 'uint64_param' ? Number(value) : value;
}

/**
 * The answer, with its tensors in `raw_output_contents` or in `contents`. FP16 can only be raw, and then all are: a
 * response has one form.
 */
export function writeGrpcResponse(
  { prediction }: Inference,
  id: string,
  outputs: readonly AnsweredOutput[],
  raw: boolean,
): GrpcInferResponse {
  const tensors = outputs.map(({ tensor }) => tensor);
  const allRaw = raw || tensors.some(({ datatype }) => datatype === 'FP16');
  return {
    model_name: prediction.model,
    model_version: prediction.version,
    id,
    parameters: { [PREDICTION_ID_PARAMETER]: { string_param: prediction.id } },
    outputs: tensors.map((tensor) => writeOutput(tensor, allRaw)),
    raw_output_contents: allRaw ? tensors.map(writeRaw) : [],
  };
}

function writeOutput({ name, datatype, shape, data }: Tensor, raw: boolean): GrpcOutput {
  if (raw) return { name, datatype, shape };
  if (datatype === 'FP16') throw new TensornestError('internal', 'FP16 has no contents. This is a bug.');
  const elements = Array.from<number | Uint8Array, unknown>(data, (element) =>
    datatype === 'BOOL' ? element !== 0 : element,
  );
  return { name, datatype, shape, contents: { [FIELDS[datatype]]: elements } };
}
