import * as tf from '@tensorflow/tfjs-core';
import { TensornestError } from '../../core/errors.js';
import type { BackendName, InferenceBackend } from '../../core/ports/inference-backend.js';
import { openTfjsModel } from './tfjs-model.js';

/** Makes the registered TensorFlow.js backend `registered` this realm's active one. */
export async function startTfjs(name: BackendName, registered: string): Promise<InferenceBackend> {
  tf.enableProdMode();
  if (!(await tf.setBackend(registered))) {
    throw new TensornestError('backend-unavailable', `The ${name} backend did not start.`);
  }
  await tf.ready();
  return { name, open: openTfjsModel, tensorCount: () => tf.memory().numTensors };
}
