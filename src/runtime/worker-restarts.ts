import { Inject, Injectable } from '@nestjs/common';
import { METRICS, type Metrics } from '../core/ports/metrics.js';
import type { WorkerFaults } from '../core/ports/worker-faults.js';
import { END_REASONS, type EndReason } from './worker/worker-thread.js';

const WINDOW_MS = 60_000;
/** So many ends within a minute are no accident any more. */
const TOO_MANY = 5;

/** Counts worker threads that had to be replaced, and calls it a fault when they die one after the other. */
@Injectable()
export class WorkerRestarts implements WorkerFaults {
  private readonly counts = new Map<EndReason, number>(END_REASONS.map((reason) => [reason, 0]));
  /** When the last ones died, on the clock of `performance.now()`; as many as make a fault. */
  private recent: number[] = [];

  constructor(@Inject(METRICS) metrics: Metrics) {
    metrics.add({
      type: 'counter',
      name: 'tensornest_worker_restarts_total',
      help: 'Worker threads that died and were replaced.',
      labels: ['reason'],
      read: () => [...this.counts].map(([reason, value]) => ({ labels: [reason], value })),
    });
  }

  count(reason: EndReason): void {
    this.counts.set(reason, this.counts.get(reason)! + 1);
    this.recent = [...this.recent, performance.now()].slice(-TOO_MANY);
  }

  /** Passes by itself, a minute after the first of the last five. */
  fault(now = performance.now()): string | undefined {
    if (this.recent.length < TOO_MANY || now - this.recent[0]! > WINDOW_MS) return undefined;
    return `Worker threads died ${TOO_MANY} times within a minute.`;
  }
}
