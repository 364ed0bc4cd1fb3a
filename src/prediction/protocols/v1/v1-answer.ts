import { carrierOf, type Tensor } from '../../../core/tensor.js';
import { TensornestError } from '../../../core/errors.js';
import type { V1Format } from './v1-predict.js';
import { writeFloat } from './v1-numbers.js';

/** String outputs whose name ends so are bytes, and go out in base64. */
const BYTES_SUFFIX = '_bytes';

const decoder = new TextDecoder();

/** The answer to a prediction in the format of its request. */
export function writePrediction(outputs: readonly Tensor[], format: V1Format): string {
  return format === 'row' ? writeRows(outputs) : writeColumns(outputs);
}

/** `{"predictions": [...]}`: the bare value of the only output, or an object for each row. */
function writeRows(outputs: readonly Tensor[]): string {
  const rows = commonRows(outputs);
  const writers = outputs.map((output) => ({ name: output.name, write: valueWriter(output), size: sizeOf(output, 1) }));
  const lines: string[] = [];
  for (let row = 0; row < rows; row += 1) {
    const values = writers.map(({ write, size }) => write(row * size, 1));
    lines.push(
      writers.length === 1
        ? values[0]!
        : `{${writers.map(({ name }, index) => `${JSON.stringify(name)}: ${values[index]}`).join(', ')}}`,
    );
  }
  return `{\n    "predictions": [${lines.join(', ')}]\n}`;
}

/** `{"outputs": ...}`: the bare value of the only output, or an object. */
function writeColumns(outputs: readonly Tensor[]): string {
  const values = outputs.map((output) => valueWriter(output)(0, 0));
  const [only] = values;
  if (outputs.length === 1 && only !== undefined) return `{\n    "outputs": ${only}\n}`;
  const fields = outputs.map(({ name }, index) => `        ${JSON.stringify(name)}: ${values[index]}`);
  return `{\n    "outputs": {\n${fields.join(',\n')}\n    }\n}`;
}

function commonRows(outputs: readonly Tensor[]): number {
  const [first] = outputs;
  const rows = first?.shape[0];
  for (const { name, shape } of outputs) {
    if (shape.length === 0) throw unfit(`Tensor name: ${name} has no shape information `);
    if (shape[0] !== rows) {
      throw unfit(`Tensor name: ${name} has inconsistent batch size: ${shape[0]} expecting: ${rows}`);
    }
  }
  return rows ?? 0;
}

function unfit(message: string): TensornestError {
  return new TensornestError('bad-request', message);
}

/** Elements of one part of a tensor, from dimension `axis` on. */
function sizeOf({ shape }: Tensor, axis: number): number {
  return shape.slice(axis).reduce((product, length) => product * length, 1);
}

/** Writes the part that starts at an element and has the dimensions from `axis` on. */
function valueWriter(tensor: Tensor): (start: number, axis: number) => string {
  const element = elementWriter(tensor);
  const { shape } = tensor;
  const write = (start: number, axis: number): string => {
    if (axis >= shape.length) return element(start);
    const size = sizeOf(tensor, axis + 1);
    const parts = Array.from({ length: shape[axis]! }, (_, index) => write(start + index * size, axis + 1));
    return `[${parts.join(', ')}]`;
  };
  return write;
}

function elementWriter({ name, datatype, data }: Tensor): (index: number) => string {
  switch (carrierOf(datatype)) {
    case 'float32':
      return (index) => writeFloat(data[index] as number, datatype === 'FP64' ? 'double' : 'float');
    case 'int32':
      return (index) => String(data[index]);
    case 'bool':
      return (index) => String(data[index] !== 0);
    case 'string':
      return name.endsWith(BYTES_SUFFIX)
        ? (index) => `{"b64": "${Buffer.from(data[index] as Uint8Array).toString('base64')}"}`
        : (index) => JSON.stringify(decoder.decode(data[index] as Uint8Array));
  }
}

/** `{"results": [[["label", score], ...], ...]}`: every class of each example, in the order of the model. */
export function writeClassification(scores: Tensor, labels: readonly string[] | undefined): string {
  const width = scores.shape[1] ?? 1;
  const values = scores.data as Float32Array;
  const rows: string[] = [];
  for (let start = 0; start < values.length; start += width) {
    const classes = Array.from(values.subarray(start, start + width), (score, index) => {
      return `[${JSON.stringify(labels?.[index] ?? '')}, ${writeFloat(score)}]`;
    });
    rows.push(`[${classes.join(', ')}]`);
  }
  return `{\n    "results": [${rows.join(', ')}]\n}`;
}

/** `{"results": [value, ...]}`: the one value of each example. */
export function writeRegression({ name, shape, data }: Tensor): string {
  if (sizeOf({ name, shape, data, datatype: 'FP32' }, 1) !== 1) {
    throw unfit(`Expected output Tensor shape to be [batch_size 1] but got [${shape.join(',')}]`);
  }
  return `{\n    "results": [${Array.from(data as Float32Array, (value) => writeFloat(value)).join(', ')}]\n}`;
}
