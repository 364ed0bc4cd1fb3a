import { pointerStep } from '../../../core/json-pointer.js';
import { elementCount, type TensorSpec } from '../../../core/tensor.js';
import { nestedSteps, type WireTensor } from '../../tensors/wire-tensor.js';
import { isBase64, isObject, readDense, show, v1Refusal, type DenseValue } from './v1-values.js';

export type V1Format = 'row' | 'column';

/** A prediction request in the form that its JSON has. */
export interface PredictDocument {
  readonly signatureName: string | undefined;
  readonly format: V1Format;
  /** `instances`, a list of at least one; or `inputs`, anything. */
  readonly value: unknown;
}

export const POINTERS = { row: '/instances', column: '/inputs' } as const;

/** Finds exactly one of `instances` and `inputs`. Throws `invalid-input` in TensorFlow Serving's words. */
export function readPredictDocument(document: unknown): PredictDocument {
  if (!isObject(document)) throw v1Refusal('', 'wrong-type', `JSON Value: ${show(document)} Is not object`);
  const signatureName = readSignatureName(document);
  const { instances, inputs } = document;
  if (instances !== undefined && inputs !== undefined) {
    const message = `JSON Value: ${show(document)} Not formatted correctly expecting only one of 'inputs' or 'instances' keys to exist `;
    throw v1Refusal('', 'not-allowed', message);
  }
  if (instances === undefined) {
    if (inputs === undefined) throw v1Refusal('', 'required', "Missing 'inputs' or 'instances' key");
    return { signatureName, format: 'column', value: inputs };
  }
  if (!Array.isArray(instances)) {
    throw v1Refusal(
      '/instances',
      'wrong-type',
      `JSON Value: ${show(document)} Excepting 'instances' to be an list/array`,
    );
  }
  if (instances.length === 0) {
    throw v1Refusal('/instances', 'too-few', `JSON Value: ${show(document)} No values in 'instances' array`);
  }
  return { signatureName, format: 'row', value: instances };
}

export function readSignatureName(document: Readonly<Record<string, unknown>>): string | undefined {
  const { signature_name: name } = document;
  if (name === undefined || typeof name === 'string') return name === '' ? undefined : name;
  const message = `JSON Value: ${show(document)} not formatted correctly. 'signature_name' key must be a string value.`;
  throw v1Refusal('/signature_name', 'wrong-type', message);
}

/** The tensors of a request for these inputs. Throws `invalid-input`. */
export function readTensors({ format, value }: PredictDocument, inputs: readonly TensorSpec[]): WireTensor[] {
  return format === 'row' ? readInstances(value as unknown[], inputs) : readInputs(value, inputs);
}

/** Each instance gives one row of every input; all rows of an input have the same shape. */
function readInstances(instances: readonly unknown[], inputs: readonly TensorSpec[]): WireTensor[] {
  const asObjects = isNamed(instances[0]);
  if (!asObjects && inputs.length > 1) {
    const message =
      'instances is a plain list, but expecting list of objects as multiple input tensors required as per tensorinfo_map';
    throw v1Refusal('/instances', 'wrong-type', message);
  }
  return inputs.map((input) => {
    const parts = instances.map((instance, index) => {
      const value = valueOf(instance, index, asObjects, input, inputs);
      const pointer = `/instances/${index}${asObjects ? pointerStep(input.name) : ''}`;
      return within(index, asObjects ? input.name : null, () => readDense(value, input.datatype, pointer));
    });
    return stack(input, parts, asObjects);
  });
}

function valueOf(
  instance: unknown,
  index: number,
  asObjects: boolean,
  { name }: TensorSpec,
  inputs: readonly TensorSpec[],
): unknown {
  const pointer = `/instances/${index}`;
  if (!asObjects) {
    if (!isNamed(instance)) return instance;
    throw v1Refusal(pointer, 'wrong-type', `Expecting value/list but got object at item ${index} of input list`);
  }
  if (!isNamed(instance)) {
    throw v1Refusal(pointer, 'wrong-type', `Expecting object but got list at item ${index} of input list`);
  }
  const names = inputs.map((input) => input.name).sort();
  const keys = Object.keys(instance).sort();
  if (keys.join('\0') === names.join('\0')) return instance[name];
  const message = `Failed to process element: ${index} of 'instances' list. JSON object: ${show(instance)} keys must be equal to: ${names.join(',')}`;
  throw v1Refusal(pointer, keys.length < names.length ? 'required' : 'unknown-field', message);
}

function stack({ name, datatype }: TensorSpec, parts: readonly DenseValue[], asObjects: boolean): WireTensor {
  const { shape } = parts[0]!;
  const steps = asObjects ? pointerStep(name) : '';
  const wrong = parts.findIndex((part) => part.shape.join() !== shape.join());
  if (wrong !== -1) {
    const found = parts[wrong]!;
    const [size, got] = [elementCount(shape), elementCount(found.shape)];
    const what =
      size === got
        ? `Expecting shape [${shape.join(',')}] but got: [${found.shape.join(',')}]`
        : `Expecting tensor size: ${size} but got: ${got}`;
    throw v1Refusal(`/instances/${wrong}${steps}`, 'not-allowed', failed(wrong, asObjects ? name : null, what));
  }
  const size = elementCount(shape);
  return {
    name,
    datatype,
    shape: [parts.length, ...shape],
    elements: parts.flatMap(({ elements }) => elements),
    pointer: '/instances',
    at: (index) => `/instances/${Math.floor(index / size)}${steps}${nestedSteps(shape, index % size)}`,
  };
}

/** `inputs` is the value of the only input, or an object with a value for each. Other keys do not matter. */
function readInputs(value: unknown, inputs: readonly TensorSpec[]): WireTensor[] {
  const [first] = inputs;
  if (!isNamed(value)) {
    if (first !== undefined && inputs.length === 1) return [toTensor(first, value, '/inputs')];
    const message =
      'inputs is a plain value/list, but expecting an object as multiple input tensors required as per tensorinfo_map';
    throw v1Refusal('/inputs', 'wrong-type', message);
  }
  return inputs.map((input) => {
    if (value[input.name] === undefined) {
      throw v1Refusal('/inputs', 'required', `Missing named input: ${input.name} in 'inputs' object.`);
    }
    return toTensor(input, value[input.name], `/inputs${pointerStep(input.name)}`);
  });
}

function toTensor({ name, datatype }: TensorSpec, value: unknown, pointer: string): WireTensor {
  const { shape, elements } = readDense(value, datatype, pointer);
  return { name, datatype, shape, elements, pointer, at: (index) => pointer + nestedSteps(shape, index) };
}

/** An object that names tensors, and is not itself one string in base64. */
export function isNamed(value: unknown): value is Readonly<Record<string, unknown>> {
  return isObject(value) && !isBase64(value);
}

function within<T>(index: number, name: string | null, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Error) || !('problems' in error)) throw error;
    const [found] = error.problems as { pointer: string; code: 'wrong-type' }[];
    throw v1Refusal(found!.pointer, found!.code, failed(index, name, error.message));
  }
}

function failed(index: number, name: string | null, what: string): string {
  const key = name === null ? '' : ` key: ${name}`;
  return `Failed to process element: ${index}${key} of 'instances' list. Error: INVALID_ARGUMENT: ${what}`;
}
