import { Inject, Injectable } from '@nestjs/common';
import type { Drain } from '../core/ports/drain.js';
import { METRICS, type Metrics } from '../core/ports/metrics.js';

/** Where the service is between being told to end and its end. */
@Injectable()
export class DrainState implements Drain {
  private since: number | undefined;
  private readonly cuts: (() => void)[] = [];
  private readonly listenerCloses = Promise.withResolvers<undefined>();

  constructor(@Inject(METRICS) metrics: Metrics) {
    metrics.add({
      type: 'gauge',
      name: 'tensornest_drain_seconds',
      help: 'Seconds since the service was told to end; 0 while it has not been.',
      labels: [],
      across: 'max',
      read: () => [{ labels: [], value: this.since === undefined ? 0 : (performance.now() - this.since) / 1_000 }],
    });
  }

  get draining(): boolean {
    return this.since !== undefined;
  }

  get closing(): Promise<undefined> {
    return this.listenerCloses.promise;
  }

  /** The service is not ready any more, and serves on. */
  begin(): void {
    this.since ??= performance.now();
  }

  /** Says how a door's connections are cut off, should that be necessary. */
  whenTooLate(cut: () => void): void {
    this.cuts.push(cut);
  }

  /** Cuts off whatever is still under way. */
  cutOff(): void {
    for (const cut of this.cuts) cut();
  }

  /** No more connections. */
  close(): void {
    this.listenerCloses.resolve(undefined);
  }
}
