import type { Cancellable, Cancellation } from '../core/cancellation.js';
import type { RowBatch } from '../core/row-batch.js';
import { Admission, type Load } from './admission.js';

/** Runs one execution of a model: shape [rows, outputs]. May take over `batch.data`. */
export type RunBatch = (batch: RowBatch) => Promise<Float32Array>;

export interface BatchingOptions {
  /** Most rows of one execution. A larger request is split, and its parts are joined again. */
  readonly maxRows: number;
  /** Executions that may be under way at the same time. */
  readonly parallelism: number;
  /** Most rows that may wait for an execution; without it, however many there are. */
  readonly queueRows?: number | undefined;
  /** Told of every execution that came to a good end: its rows, and the milliseconds it took. */
  readonly onExecution?: (rows: number, milliseconds: number) => void;
}

/** The answer to one request, and how it came about. */
export interface Execution {
  /** Shape [rows, outputs], row-major, of the request's own rows. */
  readonly answers: Float32Array;
  /** Milliseconds until the first of its rows was executed. */
  readonly queueMs: number;
  /** Milliseconds from then until the last one was answered. */
  readonly inferMs: number;
  /** Rows of the largest execution that it rode in. */
  readonly batchRows: number;
}

/** One request on its way through executions. */
class Job implements Cancellable {
  readonly submitted = performance.now();
  started = this.submitted;
  /** Rows handed to executions so far. */
  taken = 0;
  /** Rows answered so far. */
  answered = 0;
  answers: Float32Array | undefined;
  batchRows = 0;
  settled = false;

  constructor(
    readonly batch: RowBatch,
    readonly cancellation: Cancellation | undefined,
    private readonly admission: Admission,
    private readonly resolve: (execution: Execution) => void,
    private readonly reject: (reason: Error) => void,
  ) {}

  /** Whether an execution is still wanted; a deadline may have passed since somebody looked. */
  isWanted(now: number): boolean {
    this.cancellation?.isOver(now);
    return !this.settled;
  }

  succeed(): void {
    if (this.settled || this.answers === undefined) return;
    this.settled = true;
    const inferMs = performance.now() - this.started;
    const { answers, batchRows } = this;
    this.resolve({ answers, queueMs: this.started - this.submitted, inferMs, batchRows });
  }

  /** What is left of the job leaves the queue with it. */
  fail(reason: unknown): void {
    if (this.settled) return;
    this.settled = true;
    this.admission.leave(this.batch.rows - this.taken);
    this.reject(toError(reason));
  }

  cancelled(reason: Error): void {
    this.fail(reason);
  }
}

/** Rows [from, from + rows) of a job, within one execution. */
interface Piece {
  readonly job: Job;
  readonly from: number;
  readonly rows: number;
}

/**
 * Lets requests share executions: those of one turn of the event loop, and those that come while an execution runs, ride
 * together in the next. There is no timer, so nobody waits for company. Counts rows, knows neither models nor requests.
 */
export class MicroBatcher {
  private readonly queue: Job[] = [];
  private readonly admission: Admission;
  private running = 0;
  private scheduled = false;

  constructor(
    private readonly run: RunBatch,
    private readonly options: BatchingOptions,
  ) {
    this.admission = new Admission({ ...options, executionRows: options.maxRows });
  }

  get load(): Load {
    return this.admission;
  }

  /** Throws `overloaded` when not even one row would be let in, before anybody has worked on the request. */
  assertRoom(): void {
    this.admission.assertRoom(1, this.running);
  }

  /**
   * Resolves to the answers for exactly these rows, in their order. Rejects with `overloaded` at once when they do not fit
   * into the queue, and with the reason of `cancellation` when that comes first; rows that were not executed yet then never
   * are.
   */
  submit(batch: RowBatch, cancellation?: Cancellation): Promise<Execution> {
    return new Promise((resolve, reject) => {
      cancellation?.throwIfOver();
      this.admission.enter(batch.rows, this.running);
      const job = new Job(batch, cancellation, this.admission, resolve, reject);
      cancellation?.attach(job);
      this.queue.push(job);
      this.schedule();
    });
  }

  private schedule(): void {
    if (this.scheduled || this.queue.length === 0 || this.running >= this.options.parallelism) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.dispatch();
    });
  }

  private dispatch(): void {
    while (this.running < this.options.parallelism) {
      const pieces = this.take();
      if (pieces.length === 0) return;
      this.running += 1;
      void this.execute(pieces).finally(() => {
        this.running -= 1;
        this.schedule();
      });
    }
  }

  /** The pieces of the next execution, first come first served. */
  private take(): Piece[] {
    const pieces: Piece[] = [];
    const now = performance.now();
    let room = this.options.maxRows;
    while (room > 0) {
      const job = this.queue[0];
      if (job === undefined) break;
      if (job.isWanted(now)) {
        const rows = Math.min(room, job.batch.rows - job.taken);
        pieces.push({ job, from: job.taken, rows });
        job.taken += rows;
        room -= rows;
        this.admission.leave(rows);
      }
      if (job.settled || job.taken === job.batch.rows) this.queue.shift();
    }
    return pieces;
  }

  private async execute(pieces: readonly Piece[]): Promise<void> {
    const rows = pieces.reduce((sum, piece) => sum + piece.rows, 0);
    const started = performance.now();
    for (const { job, from } of pieces) {
      if (from === 0) job.started = started;
      job.batchRows = Math.max(job.batchRows, rows);
    }
    this.admission.began(rows);
    try {
      const answers = await this.run(merge(pieces, rows));
      const milliseconds = performance.now() - started;
      this.admission.ended(rows, milliseconds);
      this.options.onExecution?.(rows, milliseconds);
      distribute(pieces, rows, answers);
    } catch (error) {
      this.admission.ended(rows);
      const [first] = pieces;
      if (pieces.length === 1 && first !== undefined) first.job.fail(error);
      // One of them spoils it for all: alone, each gets what is its own.
      else for (const piece of pieces) if (piece.job.isWanted(performance.now())) await this.execute([piece]);
    }
  }
}

/** One batch of all pieces. A request that rides alone and whole is not copied. */
function merge(pieces: readonly Piece[], rows: number): RowBatch {
  const { batch } = pieces[0]!.job;
  if (pieces.length === 1 && rows === batch.rows) return batch;
  const { width } = batch;
  const data = new Float32Array(rows * width);
  let at = 0;
  for (const { job, from, rows: count } of pieces) {
    data.set(job.batch.data.subarray(from * width, (from + count) * width), at);
    at += count * width;
  }
  return { data, rows, width };
}

function distribute(pieces: readonly Piece[], rows: number, answers: Float32Array): void {
  const width = answers.length / rows;
  if (!Number.isInteger(width)) throw new Error(`${answers.length} answers for ${rows} rows. This is a bug.`);
  let at = 0;
  for (const { job, from, rows: count } of pieces) {
    const own = answers.subarray(at, at + count * width);
    at += count * width;
    if (count === job.batch.rows) {
      job.answers = own;
    } else {
      job.answers ??= new Float32Array(job.batch.rows * width);
      job.answers.set(own, from * width);
    }
    job.answered += count;
    if (job.answered === job.batch.rows) job.succeed();
  }
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
