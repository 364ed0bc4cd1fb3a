import { Inject, Injectable } from '@nestjs/common';
import { STAGE_BOUNDS } from '../../core/fixed-histogram.js';
import { PerVersion, UNKNOWN } from '../../core/per-version.js';
import { type HistogramSample, METRICS, type Metrics, type Sample } from '../../core/ports/metrics.js';
import type { PredictionObserver } from '../../core/ports/prediction-observer.js';
import {
  type FailedRequestEvent,
  OUTCOMES,
  type PredictionEvent,
  type TensorPredictionEvent,
  type Timing,
} from '../../core/prediction.js';
import { CONFIDENCE_BOUNDS, type Stage, STAGES, VersionCounts } from './version-counts.js';

const BY_VERSION = ['model', 'version'] as const;

const HELP: Readonly<Record<Stage, string>> = {
  preprocess: 'Seconds that checking and encoding the rows of a request took.',
  queue: 'Seconds that a request waited for an execution of its model.',
  predict: 'Seconds from the start of its execution until a request had the answers of its model.',
  postprocess: 'Seconds from the answers of the model to the end of the prediction.',
};

const make = (): VersionCounts => new VersionCounts();

/** What the models decided, how fast, and how requests ended. */
@Injectable()
export class PredictionMetrics implements PredictionObserver {
  private readonly versions = new PerVersion<VersionCounts>((into, from) => {
    into.add(from);
  });

  constructor(@Inject(METRICS) metrics: Metrics) {
    metrics.add(
      {
        type: 'counter',
        name: 'tensornest_inference_requests_total',
        help: 'Requests for a prediction, by how they ended.',
        labels: [...BY_VERSION, 'outcome'],
        read: () => this.outcomes(),
      },
      {
        type: 'counter',
        name: 'tensornest_inference_rows_total',
        help: 'Rows that were answered.',
        labels: BY_VERSION,
        read: () => this.scalars(({ rows }) => rows),
      },
      {
        type: 'counter',
        name: 'tensornest_predictions_total',
        help: 'Rows that were answered, by the class that won.',
        labels: [...BY_VERSION, 'class'],
        read: () => this.classes(),
      },
      {
        type: 'histogram',
        name: 'tensornest_prediction_confidence',
        help: 'Probability of the class that won, of every row.',
        labels: BY_VERSION,
        bounds: CONFIDENCE_BOUNDS,
        read: () => this.histograms(({ confidence }) => confidence),
      },
      ...STAGES.map((stage) => ({
        type: 'histogram' as const,
        name: `tensornest_inference_${stage}_seconds`,
        help: HELP[stage],
        labels: BY_VERSION,
        bounds: STAGE_BOUNDS,
        read: () => this.histograms(({ stages }) => stages[stage]),
      })),
    );
  }

  observe({ prediction }: PredictionEvent): void {
    const { model, version, classes, winners, probabilities, timing } = prediction;
    const counts = this.versions.of(model, version, make);
    const rows = winners.length;
    answered(counts, rows, timing);
    const byClass = counts.rowsByIndex(classes);
    const width = classes.length;
    for (let row = 0; row < rows; row += 1) {
      const winner = winners[row]!;
      byClass[winner]! += 1;
      counts.confidence.observe(probabilities[row * width + winner]!);
    }
  }

  observeTensors({ prediction }: TensorPredictionEvent): void {
    const { model, version, batchRows, timing } = prediction;
    answered(this.versions.of(model, version, make), batchRows, timing);
  }

  observeFailure({ model = UNKNOWN, version = UNKNOWN, outcome }: FailedRequestEvent): void {
    this.versions.of(model, version, make).ended(outcome);
  }

  private *outcomes(): Iterable<Sample> {
    for (const [model, version, { outcomes }] of this.versions.entries()) {
      for (const [index, outcome] of OUTCOMES.entries())
        yield { labels: [model, version, outcome], value: outcomes[index]! };
    }
  }

  private *scalars(of: (counts: VersionCounts) => number): Iterable<Sample> {
    for (const [model, version, counts] of this.versions.entries())
      yield { labels: [model, version], value: of(counts) };
  }

  private *classes(): Iterable<Sample> {
    for (const [model, version, counts] of this.versions.entries()) {
      for (const [label, value] of counts.rowsByLabel()) yield { labels: [model, version, label], value };
    }
  }

  /** Those that have seen something: many versions are asked nothing, and some requests come to none. */
  private *histograms(of: (counts: VersionCounts) => VersionCounts['confidence']): Iterable<HistogramSample> {
    for (const [model, version, all] of this.versions.entries()) {
      const { counts, sum } = of(all);
      if (counts.some((count) => count > 0)) yield { labels: [model, version], counts, sum };
    }
  }
}

function answered(counts: VersionCounts, rows: number, { encode, queue, infer, total }: Timing): void {
  const { preprocess, queue: waiting, predict, postprocess } = counts.stages;
  counts.ended('success');
  counts.rows += rows;
  preprocess.observe(encode / 1_000);
  waiting.observe(queue / 1_000);
  predict.observe(infer / 1_000);
  postprocess.observe(Math.max(0, total - encode - queue - infer) / 1_000);
}
