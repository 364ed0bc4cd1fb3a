import { isDeepStrictEqual } from 'node:util';
import type { InputProblem } from '../../core/errors.js';
import type { RowLocator } from '../../core/prediction.js';
import type { RowBatch } from '../../core/row-batch.js';
import type { Feature, Row, Signature } from '../../core/signature.js';
import { carrierOf, showShape } from '../../core/tensor.js';
import { readMatrix } from '../../encoding/matrix-reader.js';
import { layOut } from '../../encoding/row-layout.js';
import type { TabularSlot } from '../../model/tabular-slot.js';
import { refusal } from '../refusal.js';
import type { RowSource } from '../row-source.js';
import { areFaults, toElements, toValues } from './elements.js';
import { datatypeOf, matrixName } from './model-interface.js';
import { elementProblems, problem, unknownName } from './problems.js';
import type { WireTensor } from './wire-tensor.js';

/**
 * The rows that tensors stand for: one tensor of shape [rows] or [rows,1] per feature, under the feature's name; or the
 * encoded matrix, shape [rows,width]. Throws `invalid-input`. `inputs` is the JSON pointer to the list of tensors.
 */
export function tabularRows(signature: Signature, tensors: readonly WireTensor[], inputs: string): RowSource {
  const [first] = tensors;
  const matrix = matrixName(signature);
  if (tensors.length === 1 && first?.name === matrix) return matrixRows(signature, first);
  return columnRows(signature, tensors, inputs);
}

function columnRows(signature: Signature, tensors: readonly WireTensor[], inputs: string): RowSource {
  const features = new Map(signature.features.map((feature) => [feature.name, feature]));
  const rows = tensors[0]?.shape[0] ?? 1;
  const columns = new Map<string, readonly unknown[]>();
  const problems: InputProblem[] = [];
  for (const tensor of tensors) {
    const feature = features.get(tensor.name);
    const found = feature === undefined ? undefined : columnProblem(feature, tensor, rows);
    if (feature === undefined) {
      problems.push(unknownName(`${tensor.pointer}/name`, tensor.name, 'input', [...features.keys()]));
    } else if (found !== undefined) {
      problems.push(found);
    } else {
      const values = toValues(tensor.datatype, tensor.elements);
      if (areFaults(values)) problems.push(...elementProblems(tensor, values));
      else columns.set(tensor.name, values);
    }
  }
  const sent = new Set(tensors.map(({ name }) => name));
  for (const { name, missing } of features.values()) {
    if (missing.policy === 'refuse' && !sent.has(name)) {
      problems.push(problem(inputs, 'required', `must have an input tensor ${JSON.stringify(name)}`));
    }
  }
  if (problems.length > 0) throw refusal(problems);
  const named = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  return new PlainRows(toRows(columns, rows), {
    rows: inputs,
    at: (row, feature) => (feature === undefined ? inputs : (named.get(feature)?.at(row) ?? inputs)),
  });
}

/** A category that has the text of a number may be sent as that number, as everywhere. */
function columnProblem(feature: Feature, tensor: WireTensor, rows: number): InputProblem | undefined {
  const { datatype, shape, pointer } = tensor;
  const promised = datatypeOf(feature);
  const numeric = carrierOf(datatype) === 'float32' || carrierOf(datatype) === 'int32';
  const numbers = feature.kind === 'number' || feature.values.some((value) => value === String(Number(value)));
  const fits = datatype === 'BYTES' ? feature.kind === 'categorical' : numeric && numbers;
  if (!fits) {
    return problem(`${pointer}/datatype`, 'wrong-type', `input ${feature.name} must be ${promised}, not ${datatype}`);
  }
  if (shape.length > 2 || shape.length === 0 || (shape[1] ?? 1) !== 1) {
    const shown = showShape(shape);
    return problem(`${pointer}/shape`, 'not-allowed', `input ${feature.name} must be [rows] or [rows,1], not ${shown}`);
  }
  if (shape[0] === rows) return undefined;
  const message = `all inputs must have as many rows: ${feature.name} has ${shape[0]}, the first has ${rows}`;
  return problem(`${pointer}/shape`, 'not-allowed', message);
}

function toRows(columns: ReadonlyMap<string, readonly unknown[]>, rows: number): Row[] {
  const entries = [...columns];
  return Array.from({ length: rows }, (_, row) => {
    const values: Record<string, unknown> = {};
    for (const [name, column] of entries) values[name] = column[row];
    return values;
  });
}

function matrixRows(signature: Signature, tensor: WireTensor): RowSource {
  const { width } = layOut(signature, 'columns');
  const { datatype, shape, pointer } = tensor;
  const carrier = carrierOf(datatype);
  if (carrier !== 'float32' && carrier !== 'int32') {
    throw refusal([problem(`${pointer}/datatype`, 'wrong-type', `must be FP32, not ${datatype}`)]);
  }
  if (shape.length !== 2 || shape[1] !== width) {
    const message = `must be [rows,${width}], not ${showShape(shape)}`;
    throw refusal([problem(`${pointer}/shape`, 'not-allowed', message)]);
  }
  const elements = toElements(datatype, tensor.elements);
  if (areFaults(elements)) throw refusal(elementProblems(tensor, elements));
  const matrix = Float32Array.from(elements as Float32Array | Int32Array);
  const reading = readMatrix(signature, matrix);
  if ('rows' in reading) {
    const locator = { rows: pointer, at: (row: number) => tensor.at(row * width) };
    return new PlainRows(reading.rows, locator, { data: matrix, width, signature });
  }
  throw refusal(
    reading.faults.map(({ row, column, feature, message }) =>
      problem(tensor.at(row * width + column), 'not-allowed', `(${feature}) ${message}`),
    ),
  );
}

/** Rows as a client encoded them for the model with this signature. */
interface EncodedMatrix {
  readonly data: Float32Array;
  readonly width: number;
  readonly signature: Signature;
}

/** Rows as plain objects, and the matrix that they came as where they did. */
class PlainRows implements RowSource {
  constructor(
    private readonly values: readonly unknown[],
    readonly locator: RowLocator,
    private readonly matrix?: EncodedMatrix,
  ) {}

  encode({ encoder, layout, manifest }: TabularSlot, maxRows: number): RowBatch | undefined {
    const { length } = this.values;
    if (length === 0 || length > maxRows) return undefined;
    const { matrix } = this;
    // The very bits that were sent, where the model takes columns: this one, or another one that encodes in the same way.
    if (matrix !== undefined && layout === 'columns' && encodeAlike(matrix.signature, manifest.signature)) {
      return { data: matrix.data, width: matrix.width, rows: length };
    }
    return encoder.encode(this.values);
  }

  rows(): readonly unknown[] {
    return this.values;
  }

  json(): Uint8Array {
    return Buffer.from(JSON.stringify(this.values));
  }
}

function encodeAlike(one: Signature, other: Signature): boolean {
  return one === other || isDeepStrictEqual(one.features, other.features);
}

/** Rows that a door has as plain objects. */
export function plainRows(values: readonly unknown[], locator: RowLocator): RowSource {
  return new PlainRows(values, locator);
}
