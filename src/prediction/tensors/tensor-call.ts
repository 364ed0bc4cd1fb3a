import type { InputProblem } from '../../core/errors.js';
import { DEFAULT_FUNCTION, type BoundTensor, type TensorFunction, type TensorSignature } from '../../core/signature.js';
import { fitsShape, showShape, type Tensor } from '../../core/tensor.js';
import type { TensorCall } from '../../model/tensor-slot.js';
import { refusal } from '../refusal.js';
import { tooManyRows } from '../too-many-rows.js';
import { areFaults, toElements } from './elements.js';
import { elementProblems, problem, unknownName } from './problems.js';
import type { WireTensor } from './wire-tensor.js';

export interface CallRequest {
  readonly tensors: readonly WireTensor[];
  /** Names of the wanted outputs; all of them when absent. */
  readonly outputs: readonly string[] | null;
  /** JSON pointer to the list of tensors. */
  readonly inputs: string;
}

/** The function of this name, or the default one. Throws `invalid-input`, at the pointer of the name. */
export function functionOf(
  { functions }: TensorSignature,
  name: string | undefined,
  pointer: string,
): readonly [name: string, called: TensorFunction] {
  const wanted = name === undefined || name === '' ? DEFAULT_FUNCTION : name;
  const called = Object.hasOwn(functions, wanted) ? functions[wanted] : undefined;
  if (called !== undefined) return [wanted, called];
  throw refusal([unknownName(pointer, wanted, 'signature', Object.keys(functions))]);
}

/** The call that these tensors make of a function: every input once, as its signature has it. Throws `invalid-input`. */
export function tensorCall(called: TensorFunction, request: CallRequest, maxRows: number): TensorCall {
  const { tensors, outputs, inputs: pointer } = request;
  const problems: InputProblem[] = [];
  const inputs: Tensor[] = [];
  for (const tensor of tensors) {
    const spec = called.inputs.find(({ name }) => name === tensor.name);
    const outcome = spec === undefined ? [unknownInput(called, tensor)] : toTensor(spec, tensor);
    if (Array.isArray(outcome)) problems.push(...outcome);
    else inputs.push(outcome);
  }
  const sent = new Set(tensors.map(({ name }) => name));
  for (const { name } of called.inputs) {
    if (!sent.has(name))
      problems.push(problem(pointer, 'required', `must have an input tensor ${JSON.stringify(name)}`));
  }
  if (problems.length > 0) throw refusal(problems);
  const rows = rowsOf(called, inputs);
  if (rows > maxRows) throw refusal([tooManyRows(pointer, maxRows, rows)]);
  return { called, inputs, outputs: outputs ?? called.outputs.map(({ name }) => name), rows };
}

function unknownInput(called: TensorFunction, { name, pointer }: WireTensor): InputProblem {
  const names = called.inputs.map((input) => input.name);
  return unknownName(`${pointer}/name`, name, 'input', names);
}

function toTensor({ name, datatype, shape }: BoundTensor, tensor: WireTensor): Tensor | InputProblem[] {
  if (tensor.datatype !== datatype) {
    const message = `input ${name} must be ${datatype}, not ${tensor.datatype}`;
    return [problem(`${tensor.pointer}/datatype`, 'wrong-type', message)];
  }
  if (!fitsShape(tensor.shape, shape)) {
    const message = `input ${name} must have the shape ${showShape(shape)}, not ${showShape(tensor.shape)}`;
    return [problem(`${tensor.pointer}/shape`, 'not-allowed', message)];
  }
  const data = toElements(datatype, tensor.elements);
  return areFaults(data) ? elementProblems(tensor, data) : { name, datatype, shape: tensor.shape, data };
}

/** The first dimension, where the signature leaves it open. */
function rowsOf(called: TensorFunction, inputs: readonly Tensor[]): number {
  return inputs.reduce((most, { name, shape }) => {
    const spec = called.inputs.find((input) => input.name === name);
    return spec?.shape?.[0] === -1 ? Math.max(most, shape[0] ?? 1) : most;
  }, 1);
}
