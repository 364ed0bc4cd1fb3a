import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../core/app-config.js';
import type { Cancellation } from '../core/cancellation.js';

/**
 * Ends requests whose deadline has passed. All of them share one timer, which rings for the earliest: nearly every request
 * is answered long before, and then has cost an entry in a set.
 */
@Injectable()
export class Deadlines {
  private readonly longestMs: number;
  private readonly watched = new Set<Cancellation>();
  private timer: NodeJS.Timeout | undefined;
  /** When the timer rings. */
  private ringsAt = Infinity;

  constructor(@Inject(APP_CONFIG) { load }: AppConfig) {
    this.longestMs = load.requestTimeoutMs;
  }

  /** Ends the request when its deadline has passed, or the longest that any may take. Call `forget` when it is answered. */
  watch(cancellation: Cancellation): void {
    const { deadline } = cancellation.within(this.longestMs);
    this.watched.add(cancellation);
    if (deadline < this.ringsAt) this.ringAt(deadline);
  }

  forget(cancellation: Cancellation): void {
    this.watched.delete(cancellation);
  }

  private ringAt(time: number): void {
    clearTimeout(this.timer);
    this.ringsAt = time;
    // A timer may ring a fraction of a millisecond early, and would then find nothing to end.
    const waitMs = Math.max(0, Math.ceil(time - performance.now())) + 1;
    this.timer = setTimeout(() => {
      this.ring();
    }, waitMs).unref();
  }

  private ring(): void {
    this.ringsAt = Infinity;
    const now = performance.now();
    let earliest = Infinity;
    for (const cancellation of this.watched) {
      if (cancellation.isOver(now)) this.watched.delete(cancellation);
      else earliest = Math.min(earliest, cancellation.deadline);
    }
    if (earliest !== Infinity) this.ringAt(earliest);
  }
}
