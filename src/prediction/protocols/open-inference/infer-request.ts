import type { InputProblem } from '../../../core/errors.js';
import { isDatatype } from '../../../core/tensor.js';
import { refusal } from '../../refusal.js';
import { problem } from '../../tensors/problems.js';
import { countOf, type WireTensor } from '../../tensors/wire-tensor.js';
import { BinarySection } from './binary-section.js';
import { readData } from './json-data.js';

export type Parameters = Readonly<Record<string, string | number | boolean>>;

export interface RequestedOutput {
  readonly name: string;
  /** It is wanted as raw bytes. */
  readonly binary: boolean;
  /** How many of the largest values are wanted as `value:index:label`; 0 for the tensor itself. */
  readonly classes: number;
  /** JSON pointer to the output in the request. */
  readonly pointer: string;
}

/** An inference request, however it came. */
export interface InferRequest {
  readonly id: string | undefined;
  readonly parameters: Parameters;
  readonly inputs: readonly WireTensor[];
  /** Null when every output is wanted. */
  readonly outputs: readonly RequestedOutput[] | null;
}

export const INPUTS = '/inputs';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads the JSON document of a request, with the raw tensors that came behind it. Throws `invalid-input` with every
 * problem of its form; whether the tensors suit a model is for the model's signature to say.
 */
export function readInferRequest(document: unknown, binary: Buffer = Buffer.alloc(0)): InferRequest {
  const problems: InputProblem[] = [];
  if (!isFields(document)) throw refusal([problem('', 'wrong-type', 'the body must be a JSON object with "inputs"')]);
  const { id } = document;
  if (id !== undefined && typeof id !== 'string') problems.push(problem('/id', 'wrong-type', 'must be a string'));
  const parameters = readParameters(document.parameters, '/parameters', problems);
  const inputs = readInputs(document.inputs, new BinarySection(binary), problems);
  const outputs = readOutputs(document.outputs, parameters.binary_data_output === true, problems);
  if (problems.length > 0) throw refusal(problems);
  return { id: id as string | undefined, parameters, inputs, outputs };
}

function readInputs(value: unknown, binary: BinarySection, problems: InputProblem[]): WireTensor[] {
  if (value === undefined) problems.push(problem(INPUTS, 'required', 'is required: a list of input tensors'));
  else if (!Array.isArray(value)) problems.push(problem(INPUTS, 'wrong-type', 'must be a list of input tensors'));
  else if (value.length === 0) problems.push(problem(INPUTS, 'too-few', 'must hold at least one input tensor'));
  if (!Array.isArray(value)) return [];
  const before = problems.length;
  const inputs = value.flatMap((input, index) => readInput(input, `${INPUTS}/${index}`, binary, problems) ?? []);
  reportDuplicates(value, INPUTS, problems);
  if (problems.length === before && binary.left > 0) {
    problems.push(problem(INPUTS, 'too-many', `leave ${binary.left} bytes of binary data that belong to no input`));
  }
  return inputs;
}

function readInput(
  input: unknown,
  pointer: string,
  binary: BinarySection,
  problems: InputProblem[],
): WireTensor | undefined {
  const before = problems.length;
  if (!isFields(input)) {
    problems.push(problem(pointer, 'wrong-type', 'must be an object with name, shape, datatype and data'));
    return undefined;
  }
  const { name, datatype, shape, data } = input;
  readName(name, pointer, problems);
  if (!isDatatype(datatype)) problems.push(badDatatype(datatype, pointer));
  const count = countOf(shape, `${pointer}/shape`);
  if (typeof count !== 'number') problems.push(count);
  const { binary_data_size: size } = readParameters(input.parameters, `${pointer}/parameters`, problems);
  if (problems.length > before || !isDatatype(datatype) || typeof count !== 'number') return undefined;
  const tensor = { name: name as string, datatype, shape: shape as number[], pointer };
  if (size === undefined) return readData(tensor, count, data, problems);
  if (data !== undefined) {
    problems.push(problem(`${pointer}/data`, 'not-allowed', 'must not be there beside binary_data_size'));
    return undefined;
  }
  return binary.read(tensor, count, size, problems);
}

function badDatatype(datatype: unknown, pointer: string): InputProblem {
  if (datatype === undefined) return problem(`${pointer}/datatype`, 'required', 'is required, such as FP32 or BYTES');
  return problem(`${pointer}/datatype`, 'not-allowed', `must be a datatype of the protocol, such as FP32 or BYTES`);
}

function readName(name: unknown, pointer: string, problems: InputProblem[]): void {
  if (name === undefined) problems.push(problem(`${pointer}/name`, 'required', 'is required'));
  else if (typeof name !== 'string') problems.push(problem(`${pointer}/name`, 'wrong-type', 'must be a string'));
}

function readOutputs(value: unknown, binaryByDefault: boolean, problems: InputProblem[]): RequestedOutput[] | null {
  if (value === undefined) return null;
  if (!Array.isArray(value)) {
    problems.push(problem('/outputs', 'wrong-type', 'must be a list of outputs'));
    return null;
  }
  reportDuplicates(value, '/outputs', problems);
  const outputs = value.flatMap((output: unknown, index) => {
    const pointer = `/outputs/${index}`;
    if (!isFields(output)) {
      problems.push(problem(pointer, 'wrong-type', 'must be an object with a name'));
      return [];
    }
    readName(output.name, pointer, problems);
    const parameters = readParameters(output.parameters, `${pointer}/parameters`, problems);
    return [requestedOutput(String(output.name), parameters, binaryByDefault, pointer, problems)];
  });
  return outputs.length === 0 ? null : outputs;
}

/** An output and what its parameters ask of it. */
export function requestedOutput(
  name: string,
  { binary_data: binary = false, classification: classes = 0 }: Parameters,
  binaryByDefault: boolean,
  pointer: string,
  problems: InputProblem[],
): RequestedOutput {
  if (typeof classes !== 'number' || !Number.isInteger(classes) || classes < 0) {
    const message = 'must be a whole number of classes';
    problems.push(problem(`${pointer}/parameters/classification`, 'wrong-type', message));
    return { name, binary: false, classes: 0, pointer };
  }
  return { name, binary: binary === true || (binaryByDefault && binary !== false), classes, pointer };
}

function readParameters(value: unknown, pointer: string, problems: InputProblem[]): Parameters {
  if (value === undefined || value === null) return {};
  if (!isFields(value)) {
    problems.push(problem(pointer, 'wrong-type', 'must be an object of strings, numbers and booleans'));
    return {};
  }
  for (const [key, item] of Object.entries(value)) {
    if (typeof item === 'object') {
      problems.push(problem(`${pointer}/${key}`, 'wrong-type', 'must be a string, a number or a boolean'));
    }
  }
  return value as Parameters;
}

/** Every name may be there once. */
export function reportDuplicates(items: readonly unknown[], pointer: string, problems: InputProblem[]): void {
  const seen = new Set<unknown>();
  items.forEach((item, index) => {
    const name = isFields(item) ? item.name : undefined;
    if (name !== undefined && seen.has(name)) {
      problems.push(problem(`${pointer}/${index}/name`, 'duplicate', `${JSON.stringify(name)} is there twice`));
    }
    seen.add(name);
  });
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
