import type { RowBatch } from '../core/row-batch.js';
import type { Signature } from '../core/signature.js';
import { nearest } from '../encoding/nearest.js';
import { explainRow } from '../encoding/row-dto.js';
import { RowEncoder } from '../encoding/row-encoder.js';
import type { Dataset } from './datasets/dataset.js';
import type { Frame, Value } from './datasets/frame.js';
import { TrainingError } from './training-error.js';

/** A package needs 32 golden records, and training some rows beside the held-out ones. */
const LEAST_ROWS = 40;

/** Rows with the right answers. */
export interface Examples {
  /** The values of the signature's features, as a client would send them. */
  readonly rows: Frame;
  /** The same rows as the model sees them. */
  readonly inputs: RowBatch;
  /** Class index of each row. */
  readonly labels: readonly number[];
}

/** Encodes a data set by the encoder that serves the signature. Columns that the signature does not name are left out. */
export function toExamples(dataset: Dataset, signature: Signature): Examples {
  const names = signature.features.map(({ name }) => name);
  for (const name of [...names, dataset.target]) assertColumn(dataset, name);
  const all = dataset.frame();
  const rows = all.only(names);
  const inputs = encode(signature, rows);
  if (inputs === undefined) throw refusal(dataset, signature, rows);
  return { rows, inputs, labels: labelsOf(dataset, signature, all.values(dataset.target)) };
}

/** The same examples as the model behind `signature` sees them; it must accept what they were made for. */
export function reencode({ rows, labels }: Examples, signature: Signature): Examples {
  const inputs = encode(signature, rows);
  // Learning takes nothing away from what is accepted, but for numbers at the very end of float32.
  if (inputs === undefined) throw new TrainingError('A number of the data set is too large to be normalised.');
  return { rows, inputs, labels };
}

function encode(signature: Signature, rows: Frame): RowBatch | undefined {
  return new RowEncoder(signature).encodeColumns(rows.length, (name) => rows.column(name));
}

/** The examples at `indices`, in that order. */
export function pick({ rows, inputs, labels }: Examples, indices: readonly number[]): Examples {
  return { rows: rows.pick(indices), ...pickEncoded({ inputs, labels }, indices) };
}

/** As `pick`, without the rows' values. */
export function pickEncoded(
  { inputs, labels }: Omit<Examples, 'rows'>,
  indices: readonly number[],
): Omit<Examples, 'rows'> {
  const { width } = inputs;
  const data = new Float32Array(indices.length * width);
  for (let to = 0; to < indices.length; to += 1) {
    const from = indices[to]! * width;
    data.set(inputs.data.subarray(from, from + width), to * width);
  }
  return { inputs: { data, rows: indices.length, width }, labels: indices.map((index) => labels[index] ?? -1) };
}

/** Refuses what no useful package can come from. */
export function assertTrainable({ labels }: Examples, { classes }: Signature): void {
  if (labels.length < LEAST_ROWS) {
    throw new TrainingError(`The data set has ${labels.length} rows; at least ${LEAST_ROWS} are needed.`);
  }
  const seen = new Set(labels);
  const unused = classes.filter((_, label) => !seen.has(label)).map(({ label }) => label);
  if (unused.length === 0) return;
  throw new TrainingError(`No row of the data set has the class ${unused.join(', ')}: take it out of the signature.`);
}

/** Refuses a column that the data set does not have. */
export function assertColumn({ name: dataset, columns }: Dataset, name: string): void {
  if (columns.includes(name)) return;
  const close = nearest(name, columns);
  const hint = close === undefined ? `its columns are ${columns.join(', ')}` : `did you mean "${close}"?`;
  throw new TrainingError(`The data set ${dataset} has no column "${name}"; ${hint}`);
}

function refusal({ name }: Dataset, signature: Signature, rows: Frame): TrainingError {
  const index = firstRefused(signature, rows);
  const problems = explainRow(signature, rows.row(index)).map(({ field, message }) => `${field ?? 'row'} ${message}`);
  return new TrainingError(`The data set ${name}, row ${index + 1}: the signature refuses it: ${problems.join('; ')}.`);
}

/** Halves what holds the first refused row until it is found. */
function firstRefused(signature: Signature, rows: Frame): number {
  let [from, to] = [0, rows.length];
  while (to - from > 1) {
    const middle = Math.floor((from + to) / 2);
    const half = Array.from({ length: middle - from }, (_, row) => from + row);
    if (encode(signature, rows.pick(half)) === undefined) to = middle;
    else from = middle;
  }
  return from;
}

function labelsOf({ name }: Dataset, { classes }: Signature, texts: readonly Value[]): number[] {
  const places = new Map(classes.map(({ label }, place) => [label, place]));
  return texts.map((value, row) => {
    const text = String(value ?? '');
    const label = places.get(text);
    if (label !== undefined) return label;
    throw new TrainingError(
      `The data set ${name}, row ${row + 1}: its class ${JSON.stringify(text)} is not among the signature's ` +
        `(${[...places.keys()].join(', ')}).`,
    );
  });
}
