import cluster, { type Worker } from 'node:cluster';
import { setTimeout } from 'node:timers/promises';
import { BackOff } from '../core/back-off.js';
import { reasonOf } from '../core/errors.js';
import type { GroupView } from '../core/ports/process-group.js';
import { type FromProcess, fromProcess, type ToProcess } from './messages.js';
import { watchConnections } from './untaken-connection.js';

const FIRST_WAIT_MS = 200;

/** How a process ended, in words and whether it was meant to end so. */
interface End {
  readonly reason: string;
  readonly well: boolean;
}

export interface SeatEvents {
  /** What a process that is about to start has to know. */
  readonly view: () => GroupView;
  /** There is a process, and it has been told to start. */
  readonly begun: () => void;
  readonly listening: () => void;
  readonly message: (message: FromProcess) => void;
  /** The process is dead, and all that it had said has been heard. */
  readonly died: (pid: number | undefined, reason: string, waitMs: number) => void;
}

/** One place of the group: the process in it is replaced when it dies, until the seat is told to stop. */
export class Seat {
  private readonly backOff = new BackOff(FIRST_WAIT_MS);
  private readonly stopping = new AbortController();
  private worker: Worker | undefined;

  constructor(private readonly events: SeatEvents) {}

  /** Resolves when the seat was stopped and is empty: whether its last process ended well. */
  async run(): Promise<boolean> {
    for (let replaces = false; !this.stopped(); replaces = true) {
      const startedAt = performance.now();
      const { reason, well } = await this.occupy(replaces);
      if (this.stopped()) return well;
      const waitMs = this.backOff.next(performance.now() - startedAt);
      this.events.died(this.worker?.process.pid, reason, waitMs);
      // Being told to stop ends the wait, which is no error.
      if (waitMs > 0) await setTimeout(waitMs, undefined, this.stopping).catch(() => undefined);
    }
    return true;
  }

  /** There is a process that can be told something. */
  get occupied(): boolean {
    return this.worker?.isConnected() === true;
  }

  send(message: ToProcess): void {
    // A process that is dying cannot be told anything any more, and its end is noticed elsewhere.
    if (this.worker?.isConnected()) this.worker.send(message, () => undefined);
  }

  stop(signal: NodeJS.Signals): void {
    this.stopping.abort();
    if (this.worker?.isDead() === false) this.worker.process.kill(signal);
  }

  private stopped(): boolean {
    return this.stopping.signal.aborted;
  }

  /** Starts a process and waits for its end. */
  private async occupy(replaces: boolean): Promise<End> {
    this.worker = undefined;
    try {
      const worker = cluster.fork();
      this.worker = worker;
      // NOTE: Node 24.21 lets go of a channel once a message has waited to be sent through it; the supervisor would then end
      // as soon as its last process has, before it has heard the end of what that process said.
      worker.process.channel?.ref();
      const closeUntaken = watchConnections(worker.process);
      worker.on('message', (message: unknown) => {
        const known = fromProcess(message);
        if (known !== undefined) this.events.message(known);
      });
      worker.once('listening', this.events.listening);
      this.send({ type: 'start', replaces, view: this.events.view() });
      this.events.begun();
      const end = await endOf(worker);
      closeUntaken();
      return end;
    } catch (error) {
      // The system may refuse another process.
      return { reason: reasonOf(error), well: false };
    }
  }
}

/** Waits until the process is dead and its channel has been read to the end, with the audit lines that it still held. */
function endOf(worker: Worker): Promise<End> {
  return new Promise((resolve, reject) => {
    // NOTE: not the worker's 'disconnect', which does not come while a connection is on its way to the process.
    worker.process.once('close', (code: number | null, signal: NodeJS.Signals | null) => {
      // A signal that arrives before the process listens for it ends it at once.
      if (signal !== null) resolve({ reason: `signal ${signal}`, well: signal === 'SIGTERM' || signal === 'SIGINT' });
      else resolve({ reason: `exit code ${code ?? 0}`, well: code === 0 });
    });
    worker.on('error', (error) => {
      // What cannot be sent to a process that is dying is no loss; a process that never was has no end.
      if (worker.process.pid === undefined) reject(error);
    });
  });
}
