import { layers, type Sequential, initializers, sequential } from '@tensorflow/tfjs-layers';
import { drawSeed, type Random } from './random.js';

export const ACTIVATIONS = ['relu', 'elu', 'tanh', 'sigmoid'] as const;
export type Activation = (typeof ACTIVATIONS)[number];

export interface NetworkShape {
  /** Name of the network; it becomes part of `model.json`. */
  readonly name: string;
  /** Columns of an encoded row. */
  readonly width: number;
  /** Units of each hidden layer; none makes the network a multinomial logistic regression. */
  readonly hidden: readonly number[];
  /** Of the hidden layers. */
  readonly activation: Activation | undefined;
  /** Part of each hidden layer's units that a training step leaves out. */
  readonly dropout?: number | undefined;
  /** Part of the columns that a training step leaves out. */
  readonly inputDropout?: number | undefined;
  readonly classes: number;
}

/** An untrained network: [rows, width] to probabilities of shape [rows, classes]. */
export function buildNetwork(
  { name, width, hidden, activation, dropout, inputDropout, classes }: NetworkShape,
  random: Random,
): Sequential {
  // NOTE: every name is given, as TensorFlow.js would number the layers of all models of the process in one sequence.
  const network = sequential({ name });
  const initial = () => initializers.glorotUniform({ seed: drawSeed(random) });
  network.add(layers.inputLayer({ name: 'row', inputShape: [width] }));
  if (inputDropout !== undefined) network.add(layers.dropout({ name: 'dropout_0', rate: inputDropout, seed: 1 }));
  hidden.forEach((units, index) => {
    network.add(layers.dense({ name: `hidden_${index + 1}`, units, activation, kernelInitializer: initial() }));
    if (dropout !== undefined) network.add(layers.dropout({ name: `dropout_${index + 1}`, rate: dropout, seed: 1 }));
  });
  const output = { name: 'probabilities', units: classes, activation: 'softmax' } as const;
  network.add(layers.dense({ ...output, kernelInitializer: initial() }));
  return network;
}

/**
 * Has the next training step leave out other units than the last one.
 * NOTE: a dropout layer of TensorFlow.js with a seed leaves out the same units each time, and without one cannot be repeated.
 */
export function redrawDropout(network: Sequential, random: Random): void {
  for (const layer of network.layers) {
    if (layer.getClassName() === 'Dropout') (layer as unknown as { seed: number }).seed = drawSeed(random);
  }
}
