import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../core/app-config.js';
import { type Cancellation, NOWHERE } from '../core/cancellation.js';

/**
 * Ends requests whose deadline has passed. All of them share one timer, which rings for the earliest: nearly every request
 * is answered long before, and then has cost an entry in a list.
 */
@Injectable()
export class Deadlines {
  private readonly longestMs: number;
  /**
   * Each knows its place. Not a Set: each time one outgrows its table it leaves the old one behind, which points to the next
   * and to all that it held. Once one of them is old, no minor collection frees the requests of any table after it: 0.8 KB
   * a request and a hundred megabytes more under load.
   */
  private readonly watched: Cancellation[] = [];
  private timer: NodeJS.Timeout | undefined;
  /** When the timer rings. */
  private ringsAt = Infinity;

  constructor(@Inject(APP_CONFIG) { load }: AppConfig) {
    this.longestMs = load.requestTimeoutMs;
  }

  /** Ends the request when its deadline has passed, or the longest that any may take. Call `forget` when it is answered. */
  watch(cancellation: Cancellation): void {
    const { deadline } = cancellation.within(this.longestMs);
    if (cancellation.place === NOWHERE) cancellation.place = this.watched.push(cancellation) - 1;
    if (deadline < this.ringsAt) this.ringAt(deadline);
  }

  forget(cancellation: Cancellation): void {
    const { place } = cancellation;
    if (place === NOWHERE) return;
    cancellation.place = NOWHERE;
    const last = this.watched.pop()!;
    if (last === cancellation) return;
    this.watched[place] = last;
    last.place = place;
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
    // A copy, since who is told of an end may have others forgotten.
    for (const cancellation of [...this.watched]) {
      if (cancellation.place === NOWHERE) continue;
      if (cancellation.isOver(now)) this.forget(cancellation);
      else earliest = Math.min(earliest, cancellation.deadline);
    }
    if (earliest !== Infinity) this.ringAt(earliest);
  }
}
