import type { ModelArtifacts } from '../../core/ports/inference-backend.js';
import type { BoundTensor, Signature, TensorFunction } from '../../core/signature.js';
import { columnOf } from '../../encoding/placement.js';
import { layOut } from '../../encoding/row-layout.js';
import { TrainingError } from '../training-error.js';
import type { InputColumns } from './added-weights.js';
import type { KerasModel } from './keras-topology.js';

/** Most numbers in a row of a model with several inputs: what takes them apart grows with the square. */
const MOST_JOINED = 2_000;

interface FeatureColumns extends InputColumns {
  readonly about: string;
}

/** The columns of an encoded row, by feature. */
function columnsOf(signature: Signature): readonly FeatureColumns[] {
  const { placed, width } = layOut(signature, 'columns');
  return placed.map(({ feature, placement }, place) => {
    const from = columnOf(placement);
    const next = placed[place + 1];
    const to = next === undefined ? width : columnOf(next.placement);
    const about = feature.kind === 'categorical' && to - from > 1 ? ` (${feature.values.join(', ')})` : '';
    return { name: feature.name, from, to, about: `${feature.name} ${to - from}${about}` };
  });
}

/**
 * The columns of an encoded row that each input of the model takes: all of them, or where it has several inputs those of the
 * feature of the same name. Refuses inputs that do not fit the features, and says both.
 */
export function inputColumns({ inputs }: TensorFunction, signature: Signature): readonly InputColumns[] {
  inputs.forEach(assertNumbers);
  const columns = columnsOf(signature);
  const width = columns.at(-1)!.to;
  const [only, ...others] = inputs;
  if (others.length === 0) {
    const takes = only!.shape![1]!;
    if (takes === width || takes === -1) return [{ name: only!.name, from: 0, to: width }];
    throw new TrainingError(
      `The model takes ${takes} numbers a row, but the columns of the signature make ${width}: ` +
        `${columns.map(({ about }) => about).join('; ')}.`,
    );
  }
  if (width > MOST_JOINED) {
    throw new TrainingError(
      `The model has ${inputs.length} inputs, which can be joined up to ${MOST_JOINED} numbers a row; the signature makes ` +
        `${width}. Export it with one input.`,
    );
  }
  const byName = new Map(columns.map((column) => [plain(column.name), column]));
  const found = inputs.map(({ name, shape }) => ({ name, takes: shape![1]!, column: byName.get(plain(name)) }));
  const good = found.every(
    ({ takes, column }) => column !== undefined && [column.to - column.from, -1].includes(takes),
  );
  if (good && new Set(found.map(({ column }) => column)).size === columns.length) {
    return found.map(({ name, column }) => ({ name, from: column!.from, to: column!.to }));
  }
  throw new TrainingError(
    'A model of several inputs must have one for each column of the signature, of the same name and width. ' +
      `Its inputs: ${found.map(({ name, takes }) => `${name} ${takes}`).join('; ')}. ` +
      `The columns: ${columns.map(({ about }) => about).join('; ')}.`,
  );
}

/** TensorFlow allows neither spaces nor most signs in names. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '_');
}

function assertNumbers({ name, datatype, shape }: BoundTensor): void {
  if (datatype !== 'FP32') {
    throw new TrainingError(
      `The model's input "${name}" takes ${datatype}, but rows are encoded as FP32 (float32): export the model with an ` +
        'input of float32, or without a signature as one that takes tensors.',
    );
  }
  if (shape?.length !== 2 || shape[0] !== -1) {
    throw new TrainingError(
      `The model's input "${name}" has the shape ${shapeText(shape)}; a classifier of rows has [rows, numbers of a row], ` +
        'with any number of rows.',
    );
  }
}

/** Numbers that the model answers for a row: as many as there are classes, or one for two of them; -1 where it is open. */
export function outputWidth({ outputs }: TensorFunction, { classes }: Signature): number {
  const [only, ...others] = outputs;
  if (others.length > 0) {
    const names = outputs.map(({ name, shape }) => `${name} ${shapeText(shape)}`).join('; ');
    throw new TrainingError(`The model has ${outputs.length} outputs (${names}); a classifier has one. Export it so.`);
  }
  const { name, datatype, shape } = only!;
  if (datatype !== 'FP32' || shape?.length !== 2) {
    throw new TrainingError(
      `The model's output "${name}" is ${datatype} of the shape ${shapeText(shape)}; a classifier answers FP32 (float32) of ` +
        '[rows, classes].',
    );
  }
  assertClasses(shape[1]!, classes);
  return shape[1]!;
}

/** Refuses a number of answers that is not that of the classes. */
export function assertClasses(answers: number, classes: Signature['classes']): void {
  if (answers === classes.length || answers === -1 || (answers === 1 && classes.length === 2)) return;
  const labels = classes.map(({ label }) => label).join(', ');
  throw new TrainingError(
    `The model answers ${answers} numbers a row, but the signature has ${classes.length} classes: ${labels}. ` +
      (answers === 1
        ? 'One number is the probability of the second of two classes.'
        : 'There must be a label for each, in the order of the model.'),
  );
}

/** Whether the last thing that the model does makes probabilities. */
export function endsInProbabilities(
  { format, modelJson }: ModelArtifacts,
  { outputs: [output] }: TensorFunction,
): boolean {
  const { modelTopology: topology, signature } = modelJson as {
    modelTopology: unknown;
    signature?: { outputs?: Record<string, { name: string }> };
  };
  if (format === 'layers-model') {
    const { layers, output_layers: places } = (topology as KerasModel).config;
    const last = places === undefined ? layers.at(-1) : layers.find(({ name }) => name === places[0]?.[0]);
    const done = last?.class_name === 'Softmax' ? 'softmax' : last?.config.activation;
    return done === 'softmax' || done === 'sigmoid';
  }
  const name = (signature?.outputs?.[output!.name]?.name ?? output!.name).split(':')[0]!;
  return producers(topology as Graph, name).some((op) => op === 'Softmax' || op === 'Sigmoid');
}

interface Graph {
  readonly node: readonly { readonly name: string; readonly op: string; readonly input?: readonly string[] }[];
}

/** The operation of a node, past those that only hand on. */
function producers({ node: nodes }: Graph, name: string): string[] {
  const ops: string[] = [];
  for (let at = nodes.find((node) => node.name === name); at !== undefined;) {
    ops.push(at.op);
    const from = at.op === 'Identity' ? at.input?.[0] : undefined;
    at = nodes.find((node) => node.name === from);
  }
  return ops;
}

function shapeText(shape: readonly number[] | null | undefined): string {
  return shape == null ? '(any)' : `[${shape.map((length) => (length === -1 ? 'any' : length)).join(', ')}]`;
}
