import { TensornestError } from '../core/errors.js';
import type { OpenTensorModel } from '../core/ports/inference-backend.js';
import type { TensorSignature } from '../core/signature.js';
import { carrierOf, elementCount, type Elements, fitsShape, type Tensor, type TensorSpec } from '../core/tensor.js';
import { GOLDEN_TOLERANCE } from './golden-check.js';
import { GOLDEN_FILE } from './package/manifest.js';
import type { GoldenTensor, TensorGolden } from './package/tensor-manifest.js';

/** Rejects unless `model` gives the recorded outputs for the recorded inputs. */
export async function checkTensorGolden(
  model: OpenTensorModel,
  { functions }: TensorSignature,
  { records }: TensorGolden,
): Promise<void> {
  for (const [index, record] of records.entries()) {
    const called = functions[record.function];
    if (called === undefined) throw invalid(index, `there is no function ${JSON.stringify(record.function)}`);
    const inputs = called.inputs.map((spec) => readRecorded(spec, record.inputs[spec.name], index));
    const expected = called.outputs.map((spec) => readRecorded(spec, record.outputs[spec.name], index));
    const names = called.outputs.map(({ name }) => name);
    const answers = await model.run(called, inputs, names);
    const wrong = expected.find((tensor, output) => !alike(tensor, answers[output]!));
    if (wrong === undefined) continue;
    throw new TensornestError(
      'golden-mismatch',
      `${GOLDEN_FILE}: the model does not reproduce output ${wrong.name} of record ${index}.`,
    );
  }
}

/** A tensor as it is recorded: numbers, booleans, or base64 of byte strings. */
export function recordTensor({ shape, data, datatype }: Tensor): GoldenTensor {
  return { shape: [...shape], data: Array.from<number | Uint8Array, GoldenTensor['data'][number]>(data, toRecorded) };

  function toRecorded(element: number | Uint8Array): number | boolean | string {
    if (typeof element !== 'number') return Buffer.from(element).toString('base64');
    return datatype === 'BOOL' ? element !== 0 : element;
  }
}

function readRecorded(spec: TensorSpec, recorded: GoldenTensor | undefined, index: number): Tensor {
  const { name, datatype } = spec;
  if (recorded === undefined) throw invalid(index, `tensor ${JSON.stringify(name)} is missing`);
  const { shape, data } = recorded;
  if (!fitsShape(shape, spec.shape) || elementCount(shape) !== data.length) {
    throw invalid(index, `tensor ${JSON.stringify(name)} has the wrong shape`);
  }
  return { name, datatype, shape, data: readElements(spec, data, index) };
}

function readElements({ name, datatype }: TensorSpec, data: GoldenTensor['data'], index: number): Elements {
  const carrier = carrierOf(datatype);
  const type = { float32: 'number', int32: 'number', bool: 'boolean', string: 'string' }[carrier];
  if (data.some((element) => typeof element !== type)) {
    throw invalid(index, `tensor ${JSON.stringify(name)} must hold elements of type ${type}`);
  }
  switch (carrier) {
    case 'float32':
      return Float32Array.from(data as number[]);
    case 'int32':
      return Int32Array.from(data as number[]);
    case 'bool':
      return Uint8Array.from(data as boolean[], Number);
    case 'string':
      return (data as string[]).map((text) => new Uint8Array(Buffer.from(text, 'base64')));
  }
}

function alike(expected: Tensor, answered: Tensor): boolean {
  if (expected.shape.join() !== answered.shape.join()) return false;
  return Array.from<number | Uint8Array>(expected.data).every((element, index) => {
    const other = answered.data[index]!;
    if (typeof element === 'number') {
      // NOTE: written so that a NaN where a number was counts as a difference.
      const tolerance = GOLDEN_TOLERANCE * Math.max(1, Math.abs(element));
      return Math.abs(element - (other as number)) <= tolerance;
    }
    return Buffer.compare(element, other as Uint8Array) === 0;
  });
}

function invalid(record: number, what: string): TensornestError {
  return new TensornestError('golden-invalid', `${GOLDEN_FILE}: record ${record}: ${what}.`);
}
