import { Inject, Injectable } from '@nestjs/common';
import { FixedHistogram, STAGE_BOUNDS } from '../core/fixed-histogram.js';
import { PerVersion } from '../core/per-version.js';
import { METRICS, type Metrics } from '../core/ports/metrics.js';

const make = (): FixedHistogram => new FixedHistogram(STAGE_BOUNDS);

/** How long explanations take. */
@Injectable()
export class ExplainMetrics {
  // Such series may begin anew, so nothing is kept of versions that go.
  private readonly seconds = new PerVersion<FixedHistogram>(() => undefined);

  constructor(@Inject(METRICS) metrics: Metrics) {
    metrics.add({
      type: 'histogram',
      name: 'tensornest_inference_explain_seconds',
      help: 'Seconds that answering an explanation, a what-if or a counterfactual took.',
      labels: ['model', 'version'],
      bounds: STAGE_BOUNDS,
      read: () =>
        [...this.seconds.entries()].map(([model, version, { counts, sum }]) => ({
          labels: [model, version],
          counts,
          sum,
        })),
    });
  }

  explained(model: string, version: string, milliseconds: number): void {
    this.seconds.of(model, version, make).observe(milliseconds / 1_000);
  }
}
