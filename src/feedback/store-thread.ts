import { Worker } from 'node:worker_threads';
import { reasonOf } from '../core/errors.js';
import type { Call, Calls, FromStore, StoreSettings } from './store/messages.js';

/** How long after its end the thread is started again, in milliseconds. */
const RESTART_MS = 1_000;

interface Pending {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
}

export interface ThreadWitness {
  readonly fault: (fault: string | undefined) => void;
  readonly warning: (message: string) => void;
}

/** Node cannot run these sources as a thread: tests start the built program, as the real service does. */
function entry(): URL {
  const built = import.meta.url.endsWith('.js') ? './store' : '../../dist/feedback/store';
  return new URL(`${built}/store-main.js`, import.meta.url);
}

/** The thread that has the feedback store. A call that it cannot do rejects; a thread that dies is replaced. */
export class StoreThread {
  private worker: Worker | undefined;
  private readonly pending = new Map<number, Pending>();
  private tickets = 0;
  private closed = false;

  constructor(
    private readonly settings: StoreSettings,
    private readonly witness: ThreadWitness,
  ) {
    this.start();
  }

  call<C extends Call>(
    call: C,
    ask: Calls[C]['ask'],
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<Calls[C]['answer']> {
    return new Promise((resolve, reject) => {
      if (this.worker === undefined) throw new Error('the thread of the feedback store has ended');
      const ticket = this.tickets++;
      this.worker.postMessage({ ticket, call, ask }, transfer);
      this.pending.set(ticket, { resolve, reject });
      if (this.pending.size === 1) this.worker.ref();
    });
  }

  /** Ends the thread once it has done what it was asked to. */
  async close(): Promise<void> {
    this.closed = true;
    await this.call('close', null).catch(() => undefined);
    await this.worker?.terminate();
  }

  private start(): void {
    // NOTE: node:sqlite still warns that it is experimental, once a thread.
    const options = {
      name: 'feedback',
      workerData: this.settings,
      execArgv: ['--disable-warning=ExperimentalWarning'],
    };
    const worker = new Worker(entry(), options);
    this.worker = worker;
    worker.unref();
    worker.on('message', (message: FromStore) => {
      this.receive(message);
    });
    worker.on('error', (error) => {
      this.ended(worker, reasonOf(error));
    });
    worker.on('exit', (code) => {
      this.ended(worker, `its thread ended with code ${code}`);
    });
  }

  private receive(message: FromStore): void {
    switch (message.type) {
      case 'fault':
        this.witness.fault(message.fault ?? undefined);
        break;
      case 'warning':
        this.witness.warning(message.message);
        break;
      case 'answer':
        this.take(message.ticket)?.resolve(message.answer as never);
        break;
      case 'failed':
        this.take(message.ticket)?.reject(new Error(message.message));
        break;
    }
  }

  private take(ticket: number): Pending | undefined {
    const pending = this.pending.get(ticket);
    this.pending.delete(ticket);
    if (this.pending.size === 0) this.worker?.unref();
    return pending;
  }

  private ended(worker: Worker, reason: string): void {
    if (this.worker !== worker) return;
    this.worker = undefined;
    const lost = [...this.pending.values()];
    this.pending.clear();
    for (const { reject } of lost) reject(new Error(reason));
    if (this.closed) return;
    this.witness.fault(reason);
    setTimeout(() => {
      if (this.closed) return;
      this.start();
      this.call('labelledSince', { model: '', versions: [], since: 0 }).then(
        () => {
          this.witness.fault(undefined);
        },
        () => undefined,
      );
    }, RESTART_MS).unref();
  }
}
