import { setImmediate } from 'node:timers/promises';

/** Something that waits to be compared. */
export interface Waiting {
  readonly rows: number;
  /** Rows of the execution that it was answered in. */
  readonly companyRows: number;
}

export interface QueueLimits {
  /** Most rows that wait. */
  readonly rows: number;
  /** Most requests that wait: each holds on to its body. */
  readonly requests: number;
}

/**
 * Has answered requests compared when there is time for it: in a later turn of the event loop, one company after the
 * other. Requests that shared an execution are compared together, so that both versions are timed on batches of one size.
 */
export class ComparisonQueue<T extends Waiting> {
  private readonly waiting: T[] = [];
  private rowsWaiting = 0;
  private draining = false;

  /** @param compare must not reject. */
  constructor(
    private readonly limits: QueueLimits,
    private readonly compare: (item: T) => Promise<void>,
  ) {}

  /** False when there is no room for it. */
  add(item: T): boolean {
    const { rows, requests } = this.limits;
    if (this.rowsWaiting + item.rows > rows || this.waiting.length >= requests) return false;
    this.waiting.push(item);
    this.rowsWaiting += item.rows;
    if (!this.draining) void this.drain();
    return true;
  }

  /** Forgets what waits. */
  clear(): void {
    this.waiting.length = 0;
    this.rowsWaiting = 0;
  }

  private async drain(): Promise<void> {
    this.draining = true;
    // The answer goes out in this turn.
    await setImmediate();
    while (this.waiting.length > 0) {
      await Promise.all(this.takeCompany().map((item) => this.compare(item)));
      await setImmediate();
    }
    this.draining = false;
  }

  private takeCompany(): T[] {
    const company: T[] = [];
    let room = this.waiting[0]?.companyRows ?? 0;
    for (;;) {
      const next = this.waiting[0];
      if (next === undefined || (company.length > 0 && next.rows > room)) break;
      this.waiting.shift();
      this.rowsWaiting -= next.rows;
      room -= next.rows;
      company.push(next);
    }
    return company;
  }
}
