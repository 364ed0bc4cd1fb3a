// The program of the training thread: a backend in a realm of its own, so that the terminal never waits for an epoch.
import 'reflect-metadata';
import { parentPort, workerData } from 'node:worker_threads';
import { UnknownModelError } from '../../training/training-error.js';
import { errorDocument } from '../error-document.js';
import { EXIT, exitCodeOf } from '../exit.js';
import type { TrainMessage, TrainStart } from './messages.js';
import { work } from './work.js';

if (parentPort === null) throw new Error('This program is started by the command train.');
const port = parentPort;
const { stop, ...job } = workerData as TrainStart;
const say = (message: TrainMessage) => {
  port.postMessage(message);
};

try {
  const trained = await work(job, {
    say: (text) => {
      say({ type: 'text', text });
    },
    // What was asked for is done once: in the phase that sees it.
    stopAsked: () => Atomics.exchange(stop, 0, 0) !== 0,
    progress: {
      start(title, steps) {
        say({ type: 'phase', title, steps });
        return {
          step: (note, report) => {
            say({ type: 'step', note, report });
          },
          part: (note, part, figures) => {
            say({ type: 'part', note, part, figures });
          },
          skip: (steps) => {
            say({ type: 'skip', steps });
          },
          end: () => {
            say({ type: 'phase-end' });
          },
        };
      },
    },
  });
  say({ type: 'done', trained });
} catch (error) {
  const exit = error instanceof UnknownModelError ? EXIT.usage : exitCodeOf(error);
  say({ type: 'failed', exit, ...errorDocument(error) });
}
