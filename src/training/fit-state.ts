import * as tf from '@tensorflow/tfjs-core';
import type { Sequential } from '@tensorflow/tfjs-layers';

/** Everything that decides how a training goes on after an epoch, but for the order of the rows, which the seed gives. */
export interface FitState {
  /** Epochs that are done. */
  readonly epoch: number;
  /** Of each layer its kernel and its bias, in order. */
  readonly weights: readonly Float32Array[];
  /** Updates of the weights so far. */
  readonly iterations: number;
  /** Adam's first moments, one of each weight in the optimizer's order, then its second moments. */
  readonly moments: readonly Moments[];
  /** Adam's running powers of beta. */
  readonly powers: readonly [beta1: number, beta2: number];
}

export interface Moments {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** NOTE: hidden by the typings. The optimizer restores them by `pow`, which is not the product bit for bit. */
interface Powers {
  readonly accBeta1: tf.Variable;
  readonly accBeta2: tf.Variable;
}

function weightsOf(network: Sequential): Float32Array[] {
  return network.getWeights().map((weight) => Float32Array.from(weight.dataSync<'float32'>()));
}

function putWeights(network: Sequential, weights: readonly Float32Array[]): void {
  const tensors = network.getWeights().map(({ shape }, at) => tf.tensor(weights[at]!, shape));
  network.setWeights(tensors);
  tf.dispose(tensors);
}

export async function takeState(network: Sequential, optimizer: tf.AdamOptimizer, epoch: number): Promise<FitState> {
  const { accBeta1, accBeta2 } = optimizer as unknown as Powers;
  const [iterations, ...moments] = await optimizer.getWeights();
  const state = {
    epoch,
    weights: weightsOf(network),
    iterations: iterations!.tensor.dataSync()[0]!,
    moments: moments.map(({ tensor }) => ({
      shape: [...tensor.shape],
      data: Float32Array.from(tensor.dataSync<'float32'>()),
    })),
    powers: [accBeta1.dataSync()[0]!, accBeta2.dataSync()[0]!] as const,
  };
  // The others are the optimizer's own.
  iterations!.tensor.dispose();
  return state;
}

export async function putState(network: Sequential, optimizer: tf.AdamOptimizer, state: FitState): Promise<void> {
  putWeights(network, state.weights);
  const iterations = { name: 'iter', tensor: tf.scalar(state.iterations, 'int32') };
  const moments = state.moments.map(({ shape, data }, at) => ({
    name: `moment_${at}`,
    tensor: tf.tensor(data, [...shape]),
  }));
  await optimizer.setWeights([iterations, ...moments]);
  tf.dispose([iterations.tensor, ...moments.map(({ tensor }) => tensor)]);
  const { accBeta1, accBeta2 } = optimizer as unknown as Powers;
  tf.tidy(() => {
    accBeta1.assign(tf.scalar(state.powers[0]));
    accBeta2.assign(tf.scalar(state.powers[1]));
  });
}
