import * as tf from '@tensorflow/tfjs-core';
import { TensornestError } from '../../core/errors.js';
import type { BackendName, InferenceBackend } from '../../core/ports/inference-backend.js';
import type { SeatOptions } from '../worker/worker-seat.js';
import type { WorkerPool } from '../worker/worker-pool.js';
import { openTfjsModel } from './tfjs-model.js';
import { inspectTfjsModel } from './tfjs-inspection.js';
import { openTfjsTensors } from './tfjs-tensors.js';

export interface StartOptions extends Omit<SeatOptions, 'backend'> {
  /** Worker threads for the models that are placed in workers. They start with the first such model. */
  readonly workers?: number;
}

/** Who uses TensorFlow.js in this realm: it has one backend for all of them. */
const users = { backend: '', count: 0 };

function enter(name: BackendName): void {
  if (users.count > 0 && users.backend !== name) {
    throw new TensornestError(
      'backend-unavailable',
      `TensorFlow.js has one backend in a process, and ${users.backend} runs here already: set BACKEND=${users.backend}.`,
    );
  }
  users.backend = name;
  users.count += 1;
}

/** Makes the registered TensorFlow.js backend `registered` this realm's active one. */
export async function startTfjs(
  name: BackendName,
  registered: string,
  { workers = 1, ...options }: StartOptions = {},
): Promise<InferenceBackend> {
  enter(name);
  tf.enableProdMode();
  if (!(await tf.setBackend(registered))) {
    users.count -= 1;
    throw new TensornestError('backend-unavailable', `The ${name} backend did not start.`);
  }
  await tf.ready();
  let pool: Promise<WorkerPool> | undefined;
  let closed = false;
  return {
    name,
    open: async (artifacts, placement) => {
      if (placement !== 'worker') return openTfjsModel(artifacts);
      pool ??= startPool({ backend: name, ...options }, workers);
      return (await pool).open(artifacts);
    },
    openTensors: async (artifacts, placement) => {
      if (placement !== 'worker') return openTfjsTensors(artifacts);
      pool ??= startPool({ backend: name, ...options }, workers);
      return (await pool).openTensors(artifacts);
    },
    inspect: inspectTfjsModel,
    tensorCount: () => tf.memory().numTensors,
    tensorMemory: async () => {
      const { numTensors: tensors, numBytes: bytes } = tf.memory();
      return [{ worker: 'main', tensors, bytes }, ...((await (await pool)?.tensorMemory()) ?? [])];
    },
    close: async () => {
      if (!closed) users.count -= 1;
      closed = true;
      const closing = pool;
      pool = undefined;
      await (await closing)?.close();
    },
  };
}

/** Imported when it is needed: the workers start a backend too, and have no workers. */
async function startPool(options: SeatOptions, workers: number): Promise<WorkerPool> {
  const { WorkerPool } = await import('../worker/worker-pool.js');
  return new WorkerPool(options, workers);
}
