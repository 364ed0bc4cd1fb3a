import type { GraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import { reasonOf, TensornestError } from '../../core/errors.js';
import type { ModelArtifacts, OpenModel } from '../../core/ports/inference-backend.js';
import type { RowBatch } from '../../core/row-batch.js';
import { denseChainOf } from './dense-chain.js';
import { WasmDenseChain } from './wasm-dense-chain.js';

let opening: Promise<unknown> = Promise.resolve();

/** Opens a package's model in the realm's active backend; a refused model leaves no tensor behind. */
export function openTfjsModel(artifacts: ModelArtifacts): Promise<OpenModel> {
  return load(artifacts, { layers: openLayers, graph: openGraph });
}

/** What is made of a loaded model, by its format. */
export interface Openers<M> {
  layers(model: LayersModel): M;
  graph(model: GraphModel): M;
}

/** Loads a model and hands it over; what fails on the way leaves no tensor behind. */
export function load<M>(artifacts: ModelArtifacts, openers: Openers<M>): Promise<M> {
  // One after the other: the engine's scopes are a stack, and each opening has one.
  const mine = opening.then(() => open(artifacts, openers));
  opening = mine.catch(() => undefined);
  return mine;
}

async function open<M>(artifacts: ModelArtifacts, openers: Openers<M>): Promise<M> {
  const release = trackTensors();
  try {
    const handler = tf.io.fromMemory(toTfjsArtifacts(artifacts));
    return artifacts.format === 'layers-model'
      ? openers.layers(await loadLayers(handler))
      : openers.graph(await loadGraph(handler));
  } catch (cause) {
    release();
    throw new TensornestError('model-invalid', `model.json: TensorFlow.js cannot load it (${reasonOf(cause)}).`, {
      cause,
    });
  }
}

/**
 * Remembers the variables of now; the returned function disposes those that came since. A failed load keeps the layers
 * that it had already built.
 */
function trackTensors(): () => void {
  const before = new Set(Object.keys(tf.engine().registeredVariables));
  return () => {
    for (const [name, variable] of Object.entries(tf.engine().registeredVariables)) {
      if (!before.has(name)) variable.dispose();
    }
  };
}

function toTfjsArtifacts({ modelJson, weights }: ModelArtifacts): tf.io.ModelArtifacts {
  const manifest = modelJson.weightsManifest as tf.io.WeightsManifestConfig;
  return {
    ...(modelJson as Omit<tf.io.ModelArtifacts, 'weightSpecs' | 'weightData'>),
    weightSpecs: manifest.flatMap((group) => group.weights),
    weightData: weights,
  };
}

const INLINE = { parallelism: 1, placement: 'inline' } as const;

function openLayers(model: LayersModel): OpenModel {
  const chain = tf.getBackend() === 'wasm' ? denseChainOf(model) : undefined;
  const kernels = chain && WasmDenseChain.of(chain);
  return {
    ...INLINE,
    inputWidth: widthOf(model.inputs[0]?.shape),
    outputWidth: widthOf(model.outputs[0]?.shape),
    run:
      kernels === undefined
        ? // NOTE: predict() would slice the batch into pieces of 32 rows and join the answers.
          (batch) => execute(batch, (input) => model.predictOnBatch(input))
        : (batch) => Promise.resolve(kernels.run(batch)),
    close: () => {
      kernels?.close();
      model.dispose();
    },
  };
}

/** NOTE: weights that do not fit the layers stay in memory when the load fails, hence the scope. */
async function loadLayers(handler: tf.io.IOHandler): Promise<LayersModel> {
  tf.engine().startScope('open');
  try {
    return await loadLayersModel(handler);
  } finally {
    tf.engine().endScope();
  }
}

/** The converter is large, and most services have no graph model. */
async function loadGraph(handler: tf.io.IOHandler): Promise<GraphModel> {
  const { loadGraphModel } = await import('@tensorflow/tfjs-converter');
  return loadGraphModel(handler);
}

function openGraph(model: GraphModel): OpenModel {
  return {
    ...INLINE,
    inputWidth: widthOf(model.inputs[0]?.shape),
    outputWidth: widthOf(model.outputs[0]?.shape),
    run: (batch) => execute(batch, (input) => model.execute(input)),
    close: () => {
      model.dispose();
    },
  };
}

/** The last dimension of [batch, width]; null when it is open or the shape is another one. */
function widthOf(shape: readonly (number | null)[] | undefined): number | null {
  const width = shape?.length === 2 ? shape[1] : undefined;
  return width === undefined || width === null || width < 0 ? null : width;
}

/** Runs to the end before it returns: nothing else may touch the engine's scopes in between. */
function execute(batch: RowBatch, forward: (input: tf.Tensor) => tf.Tensor | tf.Tensor[]): Promise<Float32Array> {
  const output = tf.tidy(() => {
    const answer = forward(tf.tensor2d(batch.data, [batch.rows, batch.width]));
    return Array.isArray(answer) ? answer[0]! : answer;
  });
  try {
    // The tensor's memory goes back to the backend, so the numbers are copied out of it.
    return Promise.resolve(Float32Array.from(output.dataSync()));
  } finally {
    output.dispose();
  }
}
