import { Worker } from 'node:worker_threads';
import type { Phase } from '../../training/progress.js';
import type { Terminal } from '../terminal.js';
import type { Trained, TrainMessage, TrainStart } from './messages.js';
import { TrainFailure } from './train-failure.js';

/** Tests run the sources, but a thread only the built program: see `runtime/worker/worker-thread.ts`. */
function entry(): URL {
  const built = import.meta.url.endsWith('.js') ? '.' : '../../../dist/cli/train';
  return new URL(`${built}/train-main.js`, import.meta.url);
}

const TOO_LARGE =
  'Training needs more memory than there is. Train on a sample of the rows, leave columns out with --exclude, or give ' +
  'it more: NODE_OPTIONS=--max-old-space-size=<MiB>.';

/**
 * Trains in a thread of its own, and shows on `terminal` what it says.
 *
 * @param onPhase is called when work begins of which a model comes.
 */
export function trainInThread(start: TrainStart, terminal: Terminal, onPhase: () => void): Promise<Trained> {
  const worker = new Worker(entry(), { name: 'training', workerData: start });
  return new Promise((resolve, reject) => {
    let phase: Phase | undefined;
    const take = (message: TrainMessage): void => {
      switch (message.type) {
        case 'text':
          terminal.err(message.text);
          return;
        case 'phase':
          onPhase();
          phase = terminal.progress.start(message.title, message.steps);
          return;
        case 'step':
          phase?.step(message.note, message.report);
          return;
        case 'part':
          phase?.part(message.note, message.part, message.figures);
          return;
        case 'skip':
          phase?.skip(message.steps);
          return;
        case 'phase-end':
          phase?.end();
          phase = undefined;
          return;
        case 'done':
          resolve(message.trained);
          return;
        case 'failed':
          reject(new TrainFailure(message.code, message.message, message.exit));
      }
    };
    worker.on('message', take);
    worker.on('error', (error: NodeJS.ErrnoException) => {
      phase?.end();
      reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? new Error(TOO_LARGE) : error);
    });
    worker.on('exit', (code) => {
      reject(new Error(`The training thread ended without an answer (code ${code}).`));
    });
  });
}
