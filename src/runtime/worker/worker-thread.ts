import { Worker } from 'node:worker_threads';
import { TensornestError } from '../../core/errors.js';
import type { BackendName } from '../../core/ports/inference-backend.js';
import type { Answer, Answers, Ask, WorkerReply, WorkerStart } from './messages.js';

interface Pending {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** How a thread that should run on can end. */
export const END_REASONS = ['error', 'out-of-memory', 'exit', 'not-started'] as const;
export type EndReason = (typeof END_REASONS)[number];

export interface ThreadOptions {
  readonly backend: BackendName;
  /** JavaScript heap, in MiB; a thread that needs more ends, and the process goes on. */
  readonly heapMb?: number | undefined;
}

/** What a request gets whose worker is gone: nothing is wrong with it, and the next worker is on its way. */
export function workerStopped(cause?: unknown): TensornestError {
  const details = { cause, retryAfterSeconds: 1 };
  return new TensornestError('worker-crashed', 'The worker that ran the model stopped.', details);
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
    { backend, heapMb }: ThreadOptions,
    private readonly onEnd: (reason: unknown, kind: EndReason) => void,
  ) {
    this.worker = new Worker(workerEntry(), {
      name: 'inference',
      workerData: { backend } satisfies WorkerStart,
      ...(heapMb === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: heapMb } }),
    });
    // An idle worker is no reason for the process to stay; `request` and `settle` see to a busy one.
    this.worker.unref();
    this.worker.on('message', (reply: WorkerReply) => {
      this.settle(reply);
    });
    this.worker.on('messageerror', (error) => {
      // An answer that cannot be read has no number: nobody knows whose it was.
      void this.terminate(error);
    });
    this.worker.on('error', (error: NodeJS.ErrnoException) => {
      this.end(error, error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'out-of-memory' : 'error');
    });
    this.worker.on('exit', (code) => {
      this.end(new Error(`exit code ${code}`), 'exit');
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
    this.end(reason, 'exit');
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

  private end(reason: unknown, kind: EndReason): void {
    if (this.ended) return;
    this.ended = true;
    const lost = [...this.pending.values()];
    this.pending.clear();
    this.worker.unref();
    this.onEnd(reason, kind);
    for (const { reject } of lost) reject(workerStopped(reason));
  }
}
