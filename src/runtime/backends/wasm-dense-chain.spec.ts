import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import {
  input,
  layers,
  model as functional,
  sequential,
  type Sequential,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { denseChainOf } from './dense-chain.js';
import { WasmDenseChain } from './wasm-dense-chain.js';
import { startWasm } from './wasm.backend.js';

let model: Sequential | undefined;
beforeAll(() => startWasm());
afterEach(() => {
  model?.dispose();
  model = undefined;
});

function build(activations: readonly string[], widths: readonly number[]): Sequential {
  const network = sequential();
  activations.forEach((activation, index) => {
    network.add(
      layers.dense({
        units: widths[index + 1]!,
        inputShape: index === 0 ? [widths[0]!] : undefined,
        activation: activation as 'relu',
        kernelInitializer: 'glorotNormal',
        biasInitializer: 'randomNormal',
      }),
    );
  });
  return network;
}

describe('the kernels of a dense chain', () => {
  it('give what the layers give, for every activation and batch size, also after the buffers have grown', () => {
    const hidden = fc.array(fc.constantFrom('relu', 'elu', 'sigmoid', 'relu6', 'linear'), { maxLength: 3 });
    const widths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 5, maxLength: 5 });
    const last = fc.constantFrom('softmax', 'sigmoid', 'linear');
    const batches = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(hidden, last, widths, batches, (inner, outer, units, sizes) => {
        const network = build([...inner, outer], units);
        const kernels = WasmDenseChain.of(denseChainOf(network)!)!;
        for (const rows of sizes) {
          const data = Float32Array.from({ length: rows * units[0]! }, (_, index) => Math.sin(index * 12.9898));
          const expected = tf.tidy(() =>
            (network.predictOnBatch(tf.tensor2d(data, [rows, units[0]!])) as tf.Tensor).dataSync().slice(),
          );
          const answers = kernels.run({ data, rows, width: units[0]! });
          expect(answers.length).toBe(expected.length);
          answers.forEach((value, index) => expect(Math.abs(value - expected[index]!)).toBeLessThan(1e-5));
        }
        kernels.close();
        network.dispose();
      }),
      { numRuns: 60 },
    );
  });

  it('give back everything that they took', () => {
    model = build(['relu', 'softmax'], [3, 5, 2]);
    const backend = tf.backend() as BackendWasm;
    const before = backend.numDataIds();
    const kernels = WasmDenseChain.of(denseChainOf(model)!)!;
    kernels.run({ data: new Float32Array(3_000), rows: 1_000, width: 3 });
    kernels.close();
    expect(backend.numDataIds()).toBe(before);
  });

  it('are not used for an activation that they do not know', () => {
    model = build(['tanh', 'softmax'], [3, 5, 2]);
    expect(WasmDenseChain.of(denseChainOf(model)!)).toBeUndefined();
  });
});

describe('a model that is no plain chain', () => {
  it('of other layers is left to TensorFlow.js', () => {
    model = sequential({
      layers: [layers.dense({ units: 4, inputShape: [3] }), layers.batchNormalization(), layers.softmax()],
    });
    expect(denseChainOf(model)).toBeUndefined();
  });

  it('with two branches is left to TensorFlow.js', () => {
    const x = input({ shape: [3] });
    const left = layers.dense({ units: 4 }).apply(x) as SymbolicTensor;
    const right = layers.dense({ units: 4 }).apply(x) as SymbolicTensor;
    const branched = functional({ inputs: x, outputs: layers.add().apply([left, right]) as SymbolicTensor });
    expect(denseChainOf(branched)).toBeUndefined();
    branched.dispose();
  });

  it('with two outputs is left to TensorFlow.js', () => {
    const x = input({ shape: [3] });
    const left = layers.dense({ units: 4 }).apply(x) as SymbolicTensor;
    const right = layers.dense({ units: 2 }).apply(left) as SymbolicTensor;
    const forked = functional({ inputs: x, outputs: [left, right] });
    expect(denseChainOf(forked)).toBeUndefined();
    forked.dispose();
  });
});
