import { Worker } from 'node:worker_threads';
import { TensornestError } from '../../core/errors.js';
import type { BackendName } from '../../core/ports/inference-backend.js';
import type { Answer, Answers, Ask, WorkerReply, WorkerStart } from './messages.js';

interface Pending {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** What a request gets whose worker is gone. */
export function workerStopped(cause?: unknown): TensornestError {
  return new TensornestError('inference-failed', 'The worker that ran the model stopped.', { cause });
}

/**
 * The worker's program. A thread is started by Node itself, which cannot run these sources as they are: their imports
 * name the compiled files. So tests, which run the sources, start the built program, as the real service does.
 */
function workerEntry(): URL {
  const built = import.meta.url.endsWith('.js') ? '.' : '../../../dist/runtime/worker';
  return new URL(`${built}/worker-main.js`, import.meta.url);
}

/**
 * One worker thread and the requests that it has not answered yet: each is settled once, by its answer or by the end
 * of the thread.
 *
 * Raw `node:worker_threads` instead of a pool library: with a heavy model it answered 1.3 to 2 times as many requests
 * as piscina, and every worker has to hold every model, which a queue of stateless tasks does not know.
 */
export class WorkerThread {
  readonly worker: Worker;
  private readonly pending = new Map<number, Pending>();
  private requests = 0;
  private ended = false;

  /** `onEnd` is called once, however the thread ends, before its requests fail. */
  constructor(
    backend: BackendName,
    private readonly onEnd: (reason: unknown) => void,
  ) {
    this.worker = new Worker(workerEntry(), { name: 'inference', workerData: { backend } satisfies WorkerStart });
    // An idle worker is no reason for the process to stay; `request` and `settle` see to a busy one.
    this.worker.unref();
    this.worker.on('message', (reply: WorkerReply) => {
      this.settle(reply);
    });
    this.worker.on('messageerror', (error) => {
      // An answer that cannot be read has no number: nobody knows whose it was.
      void this.terminate(error);
    });
    this.worker.on('error', (error) => {
      this.end(error);
    });
    this.worker.on('exit', (code) => {
      this.end(new Error(`exit code ${code}`));
    });
  }

  /** Requests under way. */
  get load(): number {
    return this.pending.size;
  }

  request<K extends Ask['type']>(
    ask: Extract<Ask, { type: K }>,
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<Answers[K]> {
    return new Promise((resolve, reject) => {
      if (this.ended) throw workerStopped();
      const id = this.requests++;
      this.worker.postMessage({ ...ask, id }, transfer);
      this.pending.set(id, {
        resolve: (answer) => {
          resolve(answer as Answers[K]);
        },
        reject,
      });
      if (this.pending.size === 1) this.worker.ref();
    });
  }

  /** Ends the thread now; its requests fail. */
  async terminate(reason?: unknown): Promise<void> {
    this.end(reason);
    // Otherwise a process that has nothing else to do would end before this does.
    this.worker.ref();
    await this.worker.terminate();
  }

  private settle(reply: WorkerReply): void {
    const request = this.pending.get(reply.id);
    if (request === undefined) return;
    this.pending.delete(reply.id);
    if (this.pending.size === 0) this.worker.unref();
    if (reply.type !== 'failed') request.resolve(reply);
    else
      request.reject(reply.code === null ? new Error(reply.message) : new TensornestError(reply.code, reply.message));
  }

  private end(reason: unknown): void {
    if (this.ended) return;
    this.ended = true;
    const lost = [...this.pending.values()];
    this.pending.clear();
    this.worker.unref();
    this.onEnd(reason);
    for (const { reject } of lost) reject(workerStopped(reason));
  }
}
