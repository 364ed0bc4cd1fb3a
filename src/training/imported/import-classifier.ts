import type { InferenceBackend, ModelArtifacts } from '../../core/ports/inference-backend.js';
import type { RowBatch } from '../../core/row-batch.js';
import type { TensorFunction } from '../../core/signature.js';
import type { Tensor } from '../../core/tensor.js';
import { RowEncoder } from '../../encoding/row-encoder.js';
import type { Manifest } from '../../model/package/manifest.js';
import type { DataRow } from '../datasets/dataset.js';
import type { Examples } from '../examples.js';
import { seededRandom } from '../random.js';
import { balancedSample } from '../stratify.js';
import { TrainingError } from '../training-error.js';
import { adaptModel } from './adapt-model.js';
import type { InputColumns } from './added-weights.js';
import { assertAlike, type Identity, type ImportedModel, judgedRows, packageOf, RECORDS } from './imported-package.js';
import { type OutputKind, outputKindOf, type Outputs, probabilitiesOf } from './judge-output.js';
import { madeUpRows } from './made-up-rows.js';
import { assertClasses, endsInProbabilities, inputColumns, outputWidth } from './model-shapes.js';
import { filesOf } from './read-tfjs.js';

/** Rows of one execution. */
const SLICE = 1_024;
/** With fewer labelled rows than this, a note says how little the metrics mean. */
const FEW_ROWS = 100;

/** A classifier of TensorFlow.js, and what its file does not say of it. */
export interface Classifier {
  /** As `readTfjs` reads it. */
  readonly artifacts: ModelArtifacts;
  readonly signature: Manifest['signature'];
  /** Rows that it was not trained on, with the label of each. */
  readonly data?: { readonly rows: readonly DataRow[]; readonly labels: readonly string[] } | undefined;
  /** What its answers are; by default what they look like. */
  readonly output?: OutputKind | undefined;
  /** Decides the rows that are made up where there are not enough. */
  readonly seed: number;
}

/**
 * Makes a package that takes rows of a model that takes columns, on `backend`. Its golden records are what the model as it
 * came answers, so they prove whatever was added to it. Refuses with a `TrainingError` that names both sides what does not
 * fit the signature.
 */
export async function importClassifier(
  { artifacts, signature, data, output, seed }: Classifier,
  identity: Identity,
  backend: InferenceBackend,
): Promise<ImportedModel> {
  const called = await backend.inspect(artifacts);
  const inputs = inputColumns(called, signature);
  outputWidth(called, signature);
  const judged = data === undefined ? undefined : judgedRows(signature, data.rows, data.labels, 1);
  const encoder = new RowEncoder(signature);
  const sample = sampleOf(judged?.examples, signature, seed);
  const batch = join(judged?.examples.inputs, encoder.encode(sample.madeUp)!);
  const answers = await answersOf(artifacts, called, batch, inputs, backend);
  assertClasses(answers.width, signature.classes);
  const outputs: Outputs = { ...answers, endsInProbabilities: endsInProbabilities(artifacts, called) };
  const kind = outputKindOf(outputs, output);
  const recorded = probabilitiesOf(outputs, kind);
  const { width } = encoder;
  const adapted = adaptModel(artifacts, called, { width, inputs, outputs: answers.width, kind });
  const probabilities = await runPackaged(adapted, batch, backend);
  const difference = assertAlike(probabilities, recorded, 'the model as it came');
  const held = judged?.examples;
  const rows = held?.labels.length ?? 0;
  const golden = [...sample.places, ...sample.madeUp.map((_, at) => rows + at)];
  const contents = packageOf(identity, {
    signature,
    golden: golden.map((place) => ({
      row: place < rows ? held!.rows.row(place) : sample.madeUp[place - rows]!,
      probabilities: recorded[place]!,
    })),
    ...(held === undefined
      ? {}
      : { held: { examples: held, probabilities: probabilities.subarray(0, rows * signature.classes.length) } }),
    files: filesOf(adapted),
    format: artifacts.format,
    origin: originOf(artifacts),
    hyperparameters: {},
  });
  return {
    contents,
    notes: notesOf({ judged, rows, answers, kind, inputs, difference, madeUp: sample.madeUp.length }),
  };
}

/** The places of the rows that go into the golden records, and rows made up to have enough. */
function sampleOf(examples: Examples | undefined, signature: Manifest['signature'], seed: number) {
  const places = examples === undefined ? [] : balancedSample(examples.labels, RECORDS, seededRandom(seed));
  return { places, madeUp: madeUpRows(signature, RECORDS - places.length, seededRandom(seed)) };
}

function join(first: RowBatch | undefined, second: RowBatch): RowBatch {
  if (first === undefined) return second;
  const data = new Float32Array(first.data.length + second.data.length);
  data.set(first.data);
  data.set(second.data, first.data.length);
  return { data, rows: first.rows + second.rows, width: first.width };
}

/** What the model as it came answers, its inputs filled from the columns of the rows. */
async function answersOf(
  artifacts: ModelArtifacts,
  called: TensorFunction,
  batch: RowBatch,
  inputs: readonly InputColumns[],
  backend: InferenceBackend,
): Promise<{ numbers: Float32Array; width: number }> {
  const model = await backend.openTensors(artifacts, 'inline');
  try {
    const parts: Float32Array[] = [];
    let width = 0;
    for (let from = 0; from < batch.rows; from += SLICE) {
      const slice = sliced(batch, from);
      const [answer] = await model.run(
        called,
        inputs.map((input) => tensorOf(input, slice)),
        [called.outputs[0]!.name],
      );
      width = answer!.shape.at(-1) ?? 0;
      if (answer!.shape.length !== 2 || answer!.shape[0] !== slice.rows) {
        throw new TrainingError(
          `The model answers ${slice.rows} rows with the shape [${answer!.shape.join(', ')}]; it must be [rows, classes].`,
        );
      }
      parts.push(answer!.data as Float32Array);
    }
    return { numbers: Float32Array.from(parts.flatMap((part) => Array.from(part))), width };
  } finally {
    model.close();
  }
}

async function runPackaged(artifacts: ModelArtifacts, batch: RowBatch, backend: InferenceBackend) {
  const model = await backend.open(artifacts, 'inline');
  try {
    const parts: number[] = [];
    for (let from = 0; from < batch.rows; from += SLICE) {
      for (const value of await model.run(sliced(batch, from))) parts.push(value);
    }
    return Float32Array.from(parts);
  } finally {
    model.close();
  }
}

function sliced({ data, rows, width }: RowBatch, from: number): RowBatch {
  const to = Math.min(from + SLICE, rows);
  return { data: data.slice(from * width, to * width), rows: to - from, width };
}

function tensorOf({ name, from, to }: InputColumns, { data, rows, width }: RowBatch): Tensor {
  const columns = to - from;
  const own = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row += 1) {
    own.set(data.subarray(row * width + from, row * width + to), row * columns);
  }
  return { name, datatype: 'FP32', shape: [rows, columns], data: own };
}

/** Who wrote the model, as its file says: "keras v3.10.0", "TensorFlow.js tfjs-layers v4.22.0", or TensorFlow's version. */
function originOf({ format, modelJson }: ModelArtifacts) {
  const { generatedBy, convertedBy } = modelJson;
  const said = typeof generatedBy === 'string' && generatedBy !== '' ? generatedBy : 'TensorFlow.js';
  const [, name = 'TensorFlow', version = 'unknown'] = /^(?:(.*?) )?v?(\d\S*)$/.exec(said) ?? [undefined, said];
  const by = typeof convertedBy === 'string' ? `, converted by ${convertedBy}` : '';
  return { name: name.replace(/^keras$/, 'Keras'), version, what: `${format}${by}` };
}

interface Noted {
  readonly judged: ReturnType<typeof judgedRows> | undefined;
  readonly rows: number;
  readonly answers: { readonly width: number };
  readonly kind: OutputKind;
  readonly inputs: readonly InputColumns[];
  readonly difference: number;
  readonly madeUp: number;
}

function* noteTexts({ judged, rows, answers, kind, inputs, difference, madeUp }: Noted): Generator<string> {
  yield* judged?.notes ?? [];
  if (judged === undefined) {
    yield 'It came without data: its package has no metrics and nothing to find drift by (--data and --target give it both).';
  } else if (rows < FEW_ROWS) {
    yield `${rows} labelled rows are few: its metrics say little.`;
  }
  if (judged !== undefined && madeUp > 0) yield `${madeUp} of the golden records are of rows made up by the signature.`;
  if (inputs.length > 1) yield `Its ${inputs.length} inputs (${inputs.map(({ name }) => name).join(', ')}) became one.`;
  if (answers.width === 1) yield 'Its one answer, the probability of the second class, became one of both.';
  if (kind === 'logits') yield `Its scores go through a ${answers.width === 1 ? 'sigmoid' : 'softmax'} now.`;
  yield `Its probabilities differ from those of the model as it came by ${difference.toExponential(1)} at most.`;
}

function notesOf(noted: Noted): string[] {
  return [...noteTexts(noted)];
}
