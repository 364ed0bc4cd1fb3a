import type { Cancellation } from '../core/cancellation.js';
import type { RowArena } from '../core/row-arena.js';
import type { RowBatch } from '../core/row-batch.js';
import { Admission, type Load } from './admission.js';
import { distribute, type Execution, Job, merge, type Piece } from './batch-pieces.js';
import { RowArenas } from './row-arenas.js';

/** Runs one execution of a model: shape [rows, outputs]. May take over `batch.data`. */
export type RunBatch = (batch: RowBatch) => Promise<Float32Array>;

export interface BatchingOptions {
  /** Most rows of one execution. A larger request is split, and its parts are joined again. */
  readonly maxRows: number;
  /** Executions that may be under way at the same time. */
  readonly parallelism: number;
  /** Most rows that may wait for an execution; without it, however many there are. */
  readonly queueRows?: number | undefined;
  /** Numbers that an arena holds; absent where executions take their rows' memory away, so that each request needs its own. */
  readonly arenaSize?: number | undefined;
  /** Told of every execution that came to a good end: its rows, and the milliseconds it took. */
  readonly onExecution?: (rows: number, milliseconds: number) => void;
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
  private readonly arenas: RowArenas | undefined;

  constructor(
    private readonly run: RunBatch,
    private readonly options: BatchingOptions,
  ) {
    this.admission = new Admission({ ...options, executionRows: options.maxRows });
    this.arenas = options.arenaSize === undefined ? undefined : new RowArenas(options.arenaSize);
  }

  get load(): Load {
    return this.admission;
  }

  /** Where to write the rows of the next request, which must be submitted in the same turn. */
  get arena(): RowArena | undefined {
    return this.arenas?.open;
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
      const arena = this.arenas?.enter(batch.data);
      const job = new Job(batch, cancellation, arena, this.admission, resolve, reject);
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
    // What comes from now on rides in a later execution.
    this.arenas?.turnOver();
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
      // A request that is given up leaves its rows to the execution that is reading them.
      job.arena?.enter();
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
    } finally {
      for (const { job } of pieces) job.arena?.leave();
    }
  }
}
