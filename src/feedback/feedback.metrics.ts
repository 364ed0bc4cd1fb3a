import { Inject, Injectable } from '@nestjs/common';
import { METRICS, type Metrics, type Sample } from '../core/ports/metrics.js';
import { ModelRegistry } from '../model/model-registry.js';
import { STATUSES } from './feedback.dto.js';
import { FeedbackService } from './feedback.service.js';
import type { LiveQuality } from './live-quality.js';
import { PredictionKeeper } from './prediction-keeper.js';

const BY_VERSION = ['model', 'version'] as const;

/** Several families are read for one scrape: the store is asked once for all of them, in milliseconds. */
const FRESH_MS = 500;

interface VersionLive {
  readonly labels: readonly [model: string, version: string];
  readonly live: LiveQuality;
}

/** What is known of the quality of the models, for whoever watches. */
@Injectable()
export class FeedbackMetrics {
  private known: { readonly at: number; readonly versions: Promise<readonly VersionLive[]> } | undefined;

  constructor(
    private readonly feedback: FeedbackService,
    private readonly keeper: PredictionKeeper,
    private readonly registry: ModelRegistry,
    @Inject(METRICS) metrics: Metrics,
  ) {
    // All processes have one store, so one of them reads it.
    const live = (name: string, help: string, value: (live: LiveQuality) => number) => ({
      type: 'gauge' as const,
      name,
      help,
      labels: BY_VERSION,
      across: 'group' as const,
      read: async () => (await this.versions()).map((one): Sample => ({ labels: one.labels, value: value(one.live) })),
    });
    metrics.add(
      {
        type: 'counter',
        name: 'tensornest_feedback_total',
        help: 'Labels of predictions that clients sent, by what was made of them.',
        labels: ['status'],
        read: () => STATUSES.map((status) => ({ labels: [status], value: feedback.counts[status] })),
      },
      {
        type: 'counter',
        name: 'tensornest_feedback_dropped_total',
        help: 'Rows that were predicted and could not be kept for feedback.',
        labels: ['reason'],
        read: () => Object.entries(keeper.lost).map(([reason, value]) => ({ labels: [reason], value })),
      },
      live('tensornest_feedback_rows', 'Rows that have a label and are still kept.', ({ rows }) => rows),
      live('tensornest_live_accuracy_ratio', 'Share of the labelled rows that were right.', ({ accuracy }) => accuracy),
      live(
        'tensornest_live_calibration_error_ratio',
        'Expected calibration error of the labelled rows.',
        ({ calibration }) => calibration.expectedCalibrationError,
      ),
      {
        type: 'gauge',
        name: 'tensornest_estimated_accuracy_ratio',
        help: 'An estimate without labels: mean confidence of the rows of the last hour.',
        labels: BY_VERSION,
        across: 'group',
        read: () => this.estimates(),
      },
    );
  }

  private async estimates(): Promise<Sample[]> {
    return (await this.keeper.confidences())
      .filter(({ rows }) => rows > 0)
      .map(({ model, version, rows, confidence }) => ({ labels: [model, version], value: confidence / rows }));
  }

  private versions(): Promise<readonly VersionLive[]> {
    const now = performance.now();
    if (this.known === undefined || now - this.known.at > FRESH_MS) {
      this.known = { at: now, versions: this.readVersions() };
    }
    return this.known.versions;
  }

  /** Of the versions that there are: labels of others are kept too, and their number is not bounded. */
  private async readVersions(): Promise<readonly VersionLive[]> {
    const found = await Promise.all(
      this.registry.names().map(async (model) => {
        const there = new Set(this.registry.versions(model).map(([version]) => version));
        // A store that cannot be used is told by another metric, and by the probe.
        const live = await this.feedback.live(model).catch(() => new Map<string, LiveQuality>());
        return [...live].flatMap(([version, one]): VersionLive[] =>
          there.has(version) ? [{ labels: [model, version], live: one }] : [],
        );
      }),
    );
    return found.flat();
  }
}
