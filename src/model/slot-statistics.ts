import type { Timing } from '../core/prediction.js';

/** Executions of one size. */
export interface SizeStatistics {
  /** Rows of each of them. */
  readonly rows: number;
  readonly duration: Duration;
}

/** How often something happened, and the milliseconds that it took altogether. */
export interface Duration {
  count: number;
  milliseconds: number;
}

/** What one loaded version has done so far. Starts anew with every activation. */
export class SlotStatistics {
  readonly success = none();
  readonly failure = none();
  readonly encode = none();
  readonly queue = none();
  readonly infer = none();
  /** Everything between the model's answer and the end of the prediction. */
  readonly output = none();
  /** Rows that were answered. */
  rows = 0;
  /** When the last request came to its end, in milliseconds since 1970; 0 before the first. */
  lastRequest = 0;
  private readonly sizes = new Map<number, Duration>();

  /** One execution of the model. Several requests may ride in it. */
  executed(rows: number, milliseconds: number): void {
    const size = this.sizes.get(rows);
    if (size === undefined) this.sizes.set(rows, { count: 1, milliseconds });
    else add(size, milliseconds);
  }

  succeeded(rows: number, { encode, queue, infer, total }: Timing): void {
    this.rows += rows;
    this.lastRequest = Date.now();
    add(this.success, total);
    add(this.encode, encode);
    add(this.queue, queue);
    add(this.infer, infer);
    add(this.output, Math.max(0, total - encode - queue - infer));
  }

  failed(milliseconds: number): void {
    this.lastRequest = Date.now();
    add(this.failure, milliseconds);
  }

  get executions(): number {
    return [...this.sizes.values()].reduce((sum, { count }) => sum + count, 0);
  }

  /** The smallest executions first. */
  bySize(): readonly SizeStatistics[] {
    return [...this.sizes].map(([rows, duration]) => ({ rows, duration })).sort((a, b) => a.rows - b.rows);
  }
}

function none(): Duration {
  return { count: 0, milliseconds: 0 };
}

function add(duration: Duration, milliseconds: number): void {
  duration.count += 1;
  duration.milliseconds += milliseconds;
}
