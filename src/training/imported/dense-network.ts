import * as tf from '@tensorflow/tfjs-core';
import { layers as tfLayers, sequential } from '@tensorflow/tfjs-layers';
import type { RowBatch } from '../../core/row-batch.js';
import { exportModel, type ModelFiles } from '../model-files.js';
import type { DenseLayer } from './encoded-columns.js';

/** A network that was put together and not trained. */
export interface DenseNetwork {
  /** Shape [rows, units of the last layer], row-major; all rows in one execution. */
  predict(inputs: RowBatch): Float32Array;
  export(): Promise<ModelFiles>;
  dispose(): void;
}

/** Layers as a TensorFlow.js network in the realm's active backend. Its tensors live until `dispose`. */
export function denseNetwork(name: string, layers: readonly DenseLayer[]): DenseNetwork {
  const network = sequential({ name });
  network.add(tfLayers.inputLayer({ name: 'row', inputShape: [layers[0]!.kernel.length] }));
  layers.forEach(({ kernel, bias, activation }, at) => {
    const layer = tfLayers.dense({
      name: at === layers.length - 1 ? 'probabilities' : `hidden_${at + 1}`,
      units: bias.length,
      activation,
      kernelInitializer: 'zeros',
    });
    network.add(layer);
    const weights = [tf.tensor2d(kernel.flat(), [kernel.length, bias.length]), tf.tensor1d([...bias])];
    layer.setWeights(weights);
    tf.dispose(weights);
  });
  return {
    predict: ({ data, rows, width }) =>
      tf.tidy(() => {
        const answer = network.predictOnBatch(tf.tensor2d(data, [rows, width])) as tf.Tensor;
        return Float32Array.from(answer.dataSync());
      }),
    export: () => exportModel(network),
    dispose: () => void network.dispose(),
  };
}
