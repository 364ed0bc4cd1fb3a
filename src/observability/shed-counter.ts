import { Inject, Injectable, Logger } from '@nestjs/common';
import { METRICS, type Metrics } from '../core/ports/metrics.js';
import { SHED_REASONS, type ShedReason, type Sheds } from '../core/ports/sheds.js';

const LINE_EVERY_MS = 1_000;

/** Counts what was turned away. The log has a line a second at most: an overload must not become one of the log. */
@Injectable()
export class ShedCounter implements Sheds {
  private readonly logger = new Logger('Load');
  private readonly counts = new Map<ShedReason, number>(SHED_REASONS.map((reason) => [reason, 0]));
  private unsaid = 0;
  private lastLine = -Infinity;

  constructor(@Inject(METRICS) metrics: Metrics) {
    metrics.add({
      type: 'counter',
      name: 'tensornest_shed_total',
      help: 'Requests that were turned away, or dropped before their model ran.',
      labels: ['reason'],
      read: () => [...this.counts].map(([reason, value]) => ({ labels: [reason], value })),
    });
  }

  count(reason: ShedReason, detail?: string): void {
    this.counts.set(reason, this.counts.get(reason)! + 1);
    if (detail === undefined) return;
    this.unsaid += 1;
    const now = performance.now();
    if (now - this.lastLine < LINE_EVERY_MS) return;
    const others = this.unsaid === 1 ? '' : ` (${this.unsaid} refusals since the last such line)`;
    this.logger.warn(`${detail}${others}`);
    this.lastLine = now;
    this.unsaid = 0;
  }
}
