import { TensornestError } from '../core/errors.js';

/** How much a model has to do at this moment, in rows. */
export interface Load {
  /** Rows that wait for an execution. */
  readonly waiting: number;
  /** Rows of the executions under way. */
  readonly running: number;
  /** Most rows that are let in at once, waiting and running ones together. */
  readonly limit: number;
}

export interface AdmissionLimits {
  /** Rows that one execution takes at most. */
  readonly executionRows: number;
  /** Executions that may be under way at the same time. */
  readonly parallelism: number;
  /** Most rows that may wait; without it, however many there are. */
  readonly queueRows?: number | undefined;
}

const LONGEST_RETRY_S = 60;
/** How much of the last execution goes into the moving average of what a row costs. */
const RECENT = 0.2;

/**
 * Who may wait for a model, counted in rows. A queue that is full refuses at once: work that would be late is better not
 * begun, and a caller that is told so can go elsewhere.
 */
export class Admission implements Load {
  waiting = 0;
  running = 0;
  private readonly queueRows: number;
  /** Milliseconds that a row takes of late. */
  private rowMs = 0;

  constructor(private readonly limits: AdmissionLimits) {
    this.queueRows = limits.queueRows ?? Infinity;
  }

  get limit(): number {
    const { executionRows, parallelism } = this.limits;
    return executionRows * parallelism + this.queueRows;
  }

  /** Lets the rows wait, or throws `overloaded`; `executions` are under way. */
  enter(rows: number, executions: number): void {
    this.assertRoom(rows, executions);
    this.waiting += rows;
  }

  /**
   * Rows that the executions which are free take next do not wait, so they have no part in the queue. A request that finds
   * the model idle is let in however large it is: it would find it no emptier later.
   */
  assertRoom(rows: number, executions: number): void {
    const { executionRows, parallelism } = this.limits;
    const free = parallelism - executions;
    if (this.waiting + rows - free * executionRows <= this.queueRows) return;
    if (free > 0 && this.waiting === 0) return;
    throw new TensornestError('overloaded', `The queue is full: ${this.waiting} of ${this.queueRows} rows wait.`, {
      retryAfterSeconds: this.retryAfterSeconds(),
    });
  }

  /** Rows that waited are executed now, or nobody wants them any more. */
  leave(rows: number): void {
    this.waiting -= rows;
  }

  began(rows: number): void {
    this.running += rows;
  }

  /** `milliseconds` of an execution that came to a good end. */
  ended(rows: number, milliseconds?: number): void {
    this.running -= rows;
    if (milliseconds === undefined) return;
    const rowMs = milliseconds / rows;
    this.rowMs = this.rowMs === 0 ? rowMs : this.rowMs + (rowMs - this.rowMs) * RECENT;
  }

  /** What waits now should be done by then. */
  private retryAfterSeconds(): number {
    const seconds = Math.ceil((this.waiting * this.rowMs) / this.limits.parallelism / 1_000);
    return Math.min(Math.max(seconds, 1), LONGEST_RETRY_S);
  }
}
