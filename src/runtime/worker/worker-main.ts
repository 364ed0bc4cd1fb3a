// The program of a worker thread: one backend in a realm of its own, told by messages what to do.
import { parentPort, workerData } from 'node:worker_threads';
import { reasonOf, TensornestError } from '../../core/errors.js';
import type { OpenModel, OpenTensorModel } from '../../core/ports/inference-backend.js';
import { BACKENDS } from '../backends/index.js';
import {
  type Answer,
  type Ask,
  type Failed,
  movable,
  type Open,
  type WorkerRequest,
  type WorkerStart,
} from './messages.js';

if (parentPort === null) throw new Error('This program is started by the worker pool.');
const port = parentPort;
const starting = BACKENDS[(workerData as WorkerStart).backend]();
// A backend that does not start is the answer to every request, and no reason to die and start over.
starting.catch(() => undefined);
const models = new Map<number, OpenModel>();
const tensorModels = new Map<number, OpenTensorModel>();

// One at a time, in order: a model is closed after it was opened, even when both were asked for at once.
let last = Promise.resolve();
port.on('message', (request: WorkerRequest) => {
  last = last.then(() => reply(request));
});

async function reply(request: WorkerRequest): Promise<void> {
  const answer = await answerTo(request).catch(failed);
  const transfer = answer.type === 'ran' ? [answer.answers.buffer as ArrayBuffer] : [];
  port.postMessage({ ...answer, id: request.id }, transfer);
}

async function answerTo(ask: Ask): Promise<Answer> {
  const backend = await starting;
  switch (ask.type) {
    case 'open': {
      if (ask.tensors) {
        tensorModels.set(ask.model, await backend.openTensors(artifactsOf(ask), 'inline'));
        return { type: 'opened', inputWidth: null, outputWidth: null };
      }
      const model = await backend.open(artifactsOf(ask), 'inline');
      models.set(ask.model, model);
      return { type: 'opened', inputWidth: model.inputWidth, outputWidth: model.outputWidth };
    }
    case 'run': {
      const model = models.get(ask.model);
      if (model === undefined) throw new Error(`The worker has no model ${ask.model}.`);
      return { type: 'ran', answers: movable(await model.run(ask)) };
    }
    case 'runTensors': {
      const model = tensorModels.get(ask.model);
      if (model === undefined) throw new Error(`The worker has no model ${ask.model}.`);
      return { type: 'ranTensors', outputs: await model.run(ask.called, ask.inputs, ask.outputs) };
    }
    case 'close':
      // A model that did not open is closed too.
      models.get(ask.model)?.close();
      models.delete(ask.model);
      tensorModels.get(ask.model)?.close();
      tensorModels.delete(ask.model);
      return { type: 'closed' };
    case 'count': {
      const [{ tensors, bytes } = { tensors: 0, bytes: 0 }] = await backend.tensorMemory();
      return { type: 'counted', tensors, bytes };
    }
  }
}

/** TensorFlow.js copies each weight out of the buffer, and does not mind that it is a shared one. */
function artifactsOf({ format, modelJson, weights }: Open) {
  return { format, modelJson, weights: weights as ArrayBufferLike as ArrayBuffer };
}

function failed(error: unknown): Failed {
  return { type: 'failed', code: error instanceof TensornestError ? error.code : null, message: reasonOf(error) };
}
