import { setTimeout } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { BackOff } from '../../core/back-off.js';
import { reasonOf } from '../../core/errors.js';
import type { Tensor } from '../../core/tensor.js';
import type { Counted, Open, Opened, Run, RunTensors } from './messages.js';
import { type EndReason, type ThreadOptions, WorkerThread, workerStopped } from './worker-thread.js';

/** Short, so that each of the first five that die one after the other is back within a second. */
const FIRST_WAIT_MS = 25;

export interface SeatOptions extends ThreadOptions {
  /** Told of every thread that has to be replaced. */
  readonly onRestart?: ((reason: EndReason) => void) | undefined;
}

/** One place of the pool: the thread in it is replaced when it dies, and the new one opens every model again. */
export class WorkerSeat {
  private readonly logger = new Logger('Runtime');
  private readonly backOff = new BackOff(FIRST_WAIT_MS);
  private readonly closing = new AbortController();
  /** Undefined until the thread that is due has started. */
  private thread: WorkerThread | undefined;
  /** The thread of now, or the one that is due. */
  private due!: Promise<WorkerThread>;
  /** What becomes of each model in that thread. */
  private readonly opening = new Map<number, Promise<Opened>>();
  private readonly held = new Set<number>();

  /** `models` are those that a new thread must open; the pool keeps it up to date. */
  constructor(
    private readonly options: SeatOptions,
    private readonly models: ReadonlyMap<number, Open>,
  ) {
    this.begin(0);
  }

  get worker() {
    return this.thread?.worker;
  }

  get load(): number {
    return this.thread?.load ?? 0;
  }

  /** Whether the thread has opened the model. */
  holds(model: number): boolean {
    return this.held.has(model);
  }

  /** Settles when the thread of now, or the one that is due, has opened the model or failed to. */
  opened(model: number): Promise<Opened> {
    return this.opening.get(model) ?? Promise.reject(workerStopped());
  }

  open(request: Open): Promise<Opened> {
    const { model } = request;
    const opening = this.due.then((thread) => thread.request<'open'>(request));
    this.opening.set(model, opening);
    opening.then(
      () => {
        // By now the model may be closed, or the thread may be another one.
        if (this.opening.get(model) === opening) this.held.add(model);
      },
      () => undefined,
    );
    return opening;
  }

  async run(request: Run): Promise<Float32Array> {
    if (this.thread === undefined) throw workerStopped();
    const { answers } = await this.thread.request<'run'>(request, [request.data.buffer as ArrayBuffer]);
    return answers;
  }

  /** Tensors are copied on their way: they are not what these models spend their time on. */
  async runTensors(request: RunTensors): Promise<Tensor[]> {
    if (this.thread === undefined) throw workerStopped();
    return [...(await this.thread.request<'runTensors'>(request)).outputs];
  }

  /** A worker takes its messages in order, so this is done after an opening that is still under way. */
  closeModel(model: number): void {
    this.opening.delete(model);
    this.held.delete(model);
    // A thread that is gone has nothing left to close.
    this.due.then((thread) => thread.request<'close'>({ type: 'close', model })).catch(() => undefined);
  }

  async tensors(): Promise<Counted> {
    return (await this.due).request<'count'>({ type: 'count' });
  }

  /** Ends the thread for good. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.thread?.terminate();
  }

  private begin(waitMs: number): void {
    this.thread = undefined;
    this.held.clear();
    this.opening.clear();
    this.due = this.start(waitMs);
    // Whoever needs the thread is told; nobody may.
    this.due.catch(() => undefined);
    for (const model of this.models.values()) {
      this.open(model).catch((error: unknown) => {
        this.logger.warn(`A new worker thread did not open a model again: ${reasonOf(error)}`);
      });
    }
  }

  private async start(waitMs: number): Promise<WorkerThread> {
    const { signal } = this.closing;
    try {
      await (waitMs > 0 ? setTimeout(waitMs, undefined, { signal, ref: false }) : undefined);
      signal.throwIfAborted();
      const startedAt = performance.now();
      this.thread = new WorkerThread(this.options, (reason, kind) => {
        this.replace(reason, kind, performance.now() - startedAt);
      });
      return this.thread;
    } catch (error) {
      // The system may refuse another thread.
      this.replace(error, 'not-started', 0);
      throw workerStopped(error);
    }
  }

  private replace(reason: unknown, kind: EndReason, livedMs: number): void {
    if (this.closing.signal.aborted) return;
    this.options.onRestart?.(kind);
    const waitMs = this.backOff.next(livedMs);
    const when = waitMs === 0 ? 'now' : `in ${waitMs} ms`;
    this.logger.warn(`A worker thread stopped (${reasonOf(reason)}); the next one starts ${when}.`);
    this.begin(waitMs);
  }
}
