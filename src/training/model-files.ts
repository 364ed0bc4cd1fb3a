import { io } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { WEIGHTS_FILE } from '../model/package/writer.js';

/** A model as a package keeps it. */
export interface ModelFiles {
  readonly modelJson: Record<string, unknown>;
  readonly weights: Uint8Array;
}

/** The topology and the weights of `model`, with all weights in one file. */
export async function exportModel(model: LayersModel): Promise<ModelFiles> {
  let saved: io.ModelArtifacts | undefined;
  await model.save(
    io.withSaveHandler((artifacts) => {
      saved = artifacts;
      return Promise.resolve({ modelArtifactsInfo: io.getModelArtifactsInfoForJSON(artifacts) });
    }),
  );
  if (saved?.weightData === undefined) throw new Error('TensorFlow.js saved no weights. This is a bug.');
  return {
    modelJson: {
      format: saved.format,
      generatedBy: saved.generatedBy,
      convertedBy: null,
      modelTopology: saved.modelTopology,
      weightsManifest: [{ paths: [WEIGHTS_FILE], weights: saved.weightSpecs }],
    },
    weights: new Uint8Array(io.CompositeArrayBuffer.join(saved.weightData)),
  };
}
