import util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import type { NativeImport } from '../../src/runtime/backends/tensorflow.backend.js';

export interface FakeNative {
  /** Answers with probabilities in the wrong order, as a broken native build might. */
  readonly wrong?: boolean;
}

/**
 * Stands for `@tensorflow/tfjs-node`, which needs a native library: it registers a backend called `tensorflow` that
 * computes with the cpu kernels, and calls the utilities that the real one calls in nearly every op.
 */
export function fakeTfjsNode({ wrong = false }: FakeNative = {}): NativeImport {
  return async () => {
    const { MathBackendCPU } = await import('@tensorflow/tfjs-backend-cpu');
    tf.registerBackend('tensorflow', () => new MathBackendCPU(), 3);
    for (const kernel of tf.getKernelsForBackend('cpu')) {
      tf.registerKernel({
        ...kernel,
        backendName: 'tensorflow',
        kernelFunc: (call) => {
          (util as unknown as { isNullOrUndefined(value: unknown): boolean }).isNullOrUndefined(call.attrs);
          return kernel.kernelFunc(wrong && kernel.kernelName === 'Softmax' ? withReversedInput(call) : call);
        },
      });
    }
  };
}

function withReversedInput(call: Parameters<tf.KernelFunc>[0]): Parameters<tf.KernelFunc>[0] {
  const logits = call.inputs.logits!;
  const reversed = tf.getKernel('Reverse', 'cpu').kernelFunc({
    inputs: { x: logits },
    attrs: { dims: [1] },
    backend: call.backend,
  }) as tf.TensorInfo;
  return { ...call, inputs: { logits: reversed } };
}
