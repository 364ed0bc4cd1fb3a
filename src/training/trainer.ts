import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import type { Sequential } from '@tensorflow/tfjs-layers';
import type { RowBatch } from '../core/row-batch.js';
import { type Examples, pickEncoded } from './examples.js';
import { exportModel, type ModelFiles } from './model-files.js';
import { type Activation, buildNetwork, redrawDropout } from './network.js';
import { type FitState, putState, takeState } from './fit-state.js';
import type { EpochReport } from './progress.js';
import { type Random, seededRandom, shuffle } from './random.js';
import { TrainingError } from './training-error.js';

export interface Hyperparameters {
  /** Units of each hidden layer; none makes a multinomial logistic regression. */
  readonly layers: readonly number[];
  /** Of the hidden layers. */
  readonly activation?: Activation | undefined;
  /** Part of each hidden layer's units that a training step leaves out. @default none */
  readonly dropout?: number | undefined;
  /** Part of an encoded row's columns that a training step leaves out. @default none */
  readonly inputDropout?: number | undefined;
  readonly epochs: number;
  /** Rows per update of the weights; the last batch of an epoch may be smaller. */
  readonly batchSize: number;
  /** Adam's step size at its largest. */
  readonly learningRate: number;
  /** `balanced`: every class counts as much as every other, however many rows it has. */
  readonly classWeights?: 'balanced' | undefined;
  /** Divides the scores before the softmax; it becomes part of the last layer's weights. @default 1 */
  readonly temperature?: number | undefined;
}

/** Between two reports from within an epoch. */
const PART_MS = 200;

export interface FitOptions {
  /** Name of the network. */
  readonly name: string;
  /** Number of classes. */
  readonly classes: number;
  /** Decides the first weights and the order of the rows. */
  readonly seed: number;
  readonly hyperparameters: Hyperparameters;
  /** The next epoch waits for it. An answer of `stop` ends the training. */
  readonly onEpoch: (report: EpochReport, moment: Moment) => Verdict | Promise<Verdict>;
  /** Called a few times a second within an epoch: the part of it that is done, and its figures so far. */
  readonly onPart?: ((part: number, figures: Omit<EpochReport, 'epoch'>) => void) | undefined;
  /** Goes on from there, to the same weights as without the interruption. */
  readonly from?: FitState | undefined;
}

type Verdict = 'stop' | undefined;

/** A network after an epoch. What is asked of it must be asked before the next one begins. */
export interface Moment {
  predict: TrainedModel['predict'];
  state(epoch: number): Promise<FitState>;
}

/** A model that has learnt. Its tensors live until `dispose`. */
export interface TrainedModel {
  /** Divides its scores by a temperature from now on. */
  soften(temperature: number): void;
  /** Probabilities of shape [rows, classes], row-major. */
  predict(inputs: RowBatch): Float32Array;
  export(): Promise<ModelFiles>;
  dispose(): void;
}

/**
 * Trains a network in the realm's active backend. The same examples, options and backend give the same weights, bit for
 * bit; it lets go of the event loop once an epoch.
 */
export async function fit(examples: Examples, options: FitOptions): Promise<TrainedModel> {
  const { hyperparameters } = options;
  const network = untrained(examples.inputs.width, options);
  const optimizer = tf.train.adam(hyperparameters.learningRate, 0.9, 0.999);
  try {
    network.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
    if (options.from !== undefined) await putState(network, optimizer, options.from);
    await runEpochs(network, optimizer, examples, options);
    soften(network, hyperparameters.temperature);
  } catch (error) {
    network.dispose();
    throw error;
  } finally {
    optimizer.dispose();
  }
  return trained(network);
}

function untrained(
  width: number,
  { name, classes, seed, hyperparameters }: Pick<FitOptions, 'name' | 'classes' | 'seed' | 'hyperparameters'>,
): Sequential {
  const { layers: hidden, activation, dropout, inputDropout } = hyperparameters;
  return buildNetwork({ name, width, hidden, activation, dropout, inputDropout, classes }, seededRandom(seed));
}

function trained(network: Sequential): TrainedModel {
  return {
    predict: (inputs) => predict(network, inputs),
    soften: (temperature) => {
      soften(network, temperature);
    },
    export: () => exportModel(network),
    dispose: () => void network.dispose(),
  };
}

async function runEpochs(network: Sequential, optimizer: tf.AdamOptimizer, examples: Examples, options: FitOptions) {
  const { epochs, batchSize, learningRate } = options.hyperparameters;
  const random = seededRandom(options.seed);
  const order = [...examples.labels.keys()];
  const weights = classWeights(examples.labels, options);
  const moment: Moment = {
    predict: (inputs) => predict(network, inputs),
    state: (epoch) => takeState(network, optimizer, epoch),
  };
  // Each epoch shuffles what the one before left.
  for (let epoch = 0; epoch < (options.from?.epoch ?? 0); epoch += 1) shuffle(order, random);
  for (let epoch = options.from?.epoch ?? 0; epoch < epochs; epoch += 1) {
    setLearningRate(optimizer, learningRateAt(epoch, epochs, learningRate));
    shuffle(order, random);
    const dropped = seededRandom(options.seed + 1 + epoch);
    const run = runEpoch(network, examples, order, { batchSize, weights, dropped, onPart: options.onPart });
    const report = { epoch: epoch + 1, ...(await run) };
    if (!hasFiniteWeights(network)) {
      throw new TrainingError(`Training diverged in epoch ${report.epoch}: lower the learning rate (${learningRate}).`);
    }
    const answer = await options.onEpoch(report, moment);
    await setImmediate();
    if (answer === 'stop') return;
  }
}

interface EpochOptions {
  readonly batchSize: number;
  /** By class. */
  readonly weights: readonly number[];
  /** Decides which units each step leaves out. */
  readonly dropped: Random;
  readonly onPart: FitOptions['onPart'];
}

async function runEpoch(
  network: Sequential,
  examples: Examples,
  order: readonly number[],
  { batchSize, weights, dropped, onPart }: EpochOptions,
): Promise<Omit<EpochReport, 'epoch'>> {
  const totals = { loss: 0, accuracy: 0 };
  let told = performance.now();
  for (let start = 0; start < order.length; start += batchSize) {
    const { inputs, labels } = pickEncoded(examples, order.slice(start, start + batchSize));
    redrawDropout(network, dropped);
    const x = tf.tensor2d(inputs.data, [inputs.rows, inputs.width]);
    const y = tf.tensor2d(weightedOneHot(labels, weights), [labels.length, weights.length]);
    try {
      // With a metric in compile(), the answer is [loss, metric].
      const [loss = NaN, accuracy = NaN] = [await network.trainOnBatch(x, y)].flat();
      totals.loss += loss * inputs.rows;
      totals.accuracy += accuracy * inputs.rows;
    } finally {
      tf.dispose([x, y]);
    }
    if (onPart === undefined || performance.now() - told < PART_MS) continue;
    told = performance.now();
    const done = Math.min(start + batchSize, order.length);
    onPart(done / order.length, { loss: totals.loss / done, accuracy: totals.accuracy / done });
  }
  return { loss: totals.loss / order.length, accuracy: totals.accuracy / order.length };
}

/** NOTE: the loss does not tell: it is clipped, and relu in WebAssembly turns NaN into 0. */
function hasFiniteWeights(network: Sequential): boolean {
  return network.getWeights().every((weights) => weights.dataSync<'float32'>().every(Number.isFinite));
}

/** Half a cosine from `peak` to a hundredth of it, so that the last epochs settle. `epoch` counts from 0. */
export function learningRateAt(epoch: number, epochs: number, peak: number): number {
  return peak * (0.5 * (1 + Math.cos((Math.PI * epoch) / epochs)) + 0.01);
}

/** NOTE: the optimizer reads the rate at every step, but the typings hide it and there is no other way to change it. */
function setLearningRate(optimizer: tf.AdamOptimizer, rate: number): void {
  (optimizer as unknown as { learningRate: number }).learningRate = rate;
}

/** Cross-entropy is linear in the target, so a weight in the place of 1 weights the row's loss. */
function weightedOneHot(labels: readonly number[], weights: readonly number[]): Float32Array {
  const data = new Float32Array(labels.length * weights.length);
  labels.forEach((label, row) => (data[row * weights.length + label] = weights[label] ?? 1));
  return data;
}

/** Balanced: rows / (classes * rows of the class), as scikit-learn has it; their mean over the rows is 1. */
function classWeights(labels: readonly number[], { classes, hyperparameters }: FitOptions): number[] {
  const ones = Array.from({ length: classes }, () => 1);
  if (hyperparameters.classWeights === undefined) return ones;
  const counts = ones.map((_, label) => labels.filter((other) => other === label).length);
  return counts.map((count) => (count === 0 ? 1 : labels.length / (classes * count)));
}

/** softmax((Wx + b) / T) is the softmax of a layer with W / T and b / T. */
function soften(network: Sequential, temperature = 1): void {
  if (temperature === 1) return;
  const output = network.layers.at(-1)!;
  const weights = output.getWeights();
  const divided = weights.map((weight) => tf.div(weight, temperature));
  output.setWeights(divided);
  tf.dispose(divided);
}

function predict(network: Sequential, { data, rows, width }: RowBatch): Float32Array {
  return tf.tidy(() => {
    const answer = network.predictOnBatch(tf.tensor2d(data, [rows, width])) as tf.Tensor;
    // The tensor's memory goes back to the backend, so the numbers are copied out of it.
    return Float32Array.from(answer.dataSync());
  });
}
