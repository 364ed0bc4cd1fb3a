import type { Cancellable, Cancellation } from '../core/cancellation.js';
import type { RowArena } from '../core/row-arena.js';
import type { RowBatch } from '../core/row-batch.js';
import type { Admission } from './admission.js';

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
export class Job implements Cancellable {
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
    /** Where its rows are, unless they have memory of their own. */
    readonly arena: RowArena | undefined,
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
    this.arena?.leave();
    const inferMs = performance.now() - this.started;
    const { answers, batchRows } = this;
    this.resolve({ answers, queueMs: this.started - this.submitted, inferMs, batchRows });
  }

  /** What is left of the job leaves the queue with it. */
  fail(reason: unknown): void {
    if (this.settled) return;
    this.settled = true;
    this.arena?.leave();
    this.admission.leave(this.batch.rows - this.taken);
    this.reject(toError(reason));
  }

  cancelled(reason: Error): void {
    this.fail(reason);
  }
}

/** Rows [from, from + rows) of a job, within one execution. */
export interface Piece {
  readonly job: Job;
  readonly from: number;
  readonly rows: number;
}

/** One batch of all pieces. Rows that lie side by side are not copied. */
export function merge(pieces: readonly Piece[], rows: number): RowBatch {
  const { batch } = pieces[0]!.job;
  if (pieces.length === 1 && rows === batch.rows) return batch;
  const { width } = batch;
  const parts = pieces.map(({ job, from, rows: count }) =>
    job.batch.data.subarray(from * width, (from + count) * width),
  );
  return { data: sideBySide(parts) ?? joined(parts, rows * width), rows, width };
}

function sideBySide([first, ...others]: readonly Float32Array[]): Float32Array | undefined {
  if (first === undefined) return undefined;
  let end = first.byteOffset + first.byteLength;
  for (const { buffer, byteOffset, byteLength } of others) {
    if (buffer !== first.buffer || byteOffset !== end) return undefined;
    end += byteLength;
  }
  return new Float32Array(first.buffer, first.byteOffset, (end - first.byteOffset) / Float32Array.BYTES_PER_ELEMENT);
}

function joined(parts: readonly Float32Array[], length: number): Float32Array {
  const data = new Float32Array(length);
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  return data;
}

export function distribute(pieces: readonly Piece[], rows: number, answers: Float32Array): void {
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
