// The program of the thread that has the feedback store: SQLite's calls block, and here they block nobody.
import { parentPort, workerData } from 'node:worker_threads';
import { reasonOf } from '../../core/errors.js';
import type { Calls, FromStore, StoreSettings, ToStore } from './messages.js';
import { StoreFile } from './store-file.js';

const TRY_AGAIN_MS = 1_000;

if (parentPort === null) throw new Error('This program is started as a thread.');
const port = parentPort;
const say = (message: FromStore) => {
  port.postMessage(message);
};
const file = new StoreFile(workerData as StoreSettings, {
  fault: (fault) => {
    say({ type: 'fault', fault });
  },
  warning: (message) => {
    say({ type: 'warning', message });
  },
});

port.on('message', (message: ToStore) => {
  try {
    say({ type: 'answer', ticket: message.ticket, answer: answerTo(message) });
  } catch (error) {
    say({ type: 'failed', ticket: message.ticket, message: reasonOf(error) });
  }
});
setInterval(() => {
  file.tryAgain();
}, TRY_AGAIN_MS).unref();

function answerTo({ call, ask }: ToStore): Calls[keyof Calls]['answer'] {
  switch (call) {
    case 'keep':
      file.use((store) => {
        store.keep(ask);
      });
      file.prune();
      return null;
    case 'label':
      return file.use((store) => store.label(ask.labels, ask.owner));
    case 'tallies':
      return file.use((store) => store.tallies(ask.model));
    case 'labelledSince':
      return file.use((store) => store.labelledSince(ask.model, ask.versions, ask.since));
    case 'close':
      file.close();
      return null;
  }
}
