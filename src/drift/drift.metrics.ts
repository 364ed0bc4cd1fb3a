import { Inject, Injectable } from '@nestjs/common';
import { METRICS, type Metrics, type Sample } from '../core/ports/metrics.js';
import { DriftService } from './drift.service.js';
import type { DriftTest } from './verdict.js';
import { type DriftOfVersion, statesOf } from './version-windows.js';

/** Features with series of their own; of the others only the largest score is shown. */
const FEATURES = 20;
const OTHER = '_other';

interface Score {
  readonly subject: string;
  readonly method: string;
  readonly value: number;
}

/** How far the traffic is from training, of the last complete window of the version that answers. */
@Injectable()
export class DriftMetrics {
  constructor(
    private readonly drift: DriftService,
    @Inject(METRICS) metrics: Metrics,
  ) {
    const gauge = (
      name: string,
      help: string,
      labels: string[],
      of: (version: DriftOfVersion) => Iterable<Sample>,
    ) => ({
      type: 'gauge' as const,
      name,
      help,
      labels,
      across: 'group' as const,
      read: () => this.read(of),
    });
    metrics.add(
      gauge(
        'tensornest_feature_drift_score',
        'How far a feature is from training: population stability index, or the statistic of the test.',
        ['model', 'feature', 'method'],
        ({ model, features }) => {
          const scores = features.flatMap(({ name, psi, tests }) => scoresOf(name, psi, tests));
          return toSamples(model, aggregate(scores, new Set(features.slice(0, FEATURES).map(({ name }) => name))));
        },
      ),
      gauge(
        'tensornest_prediction_drift_score',
        'The same of the predicted classes and of the confidence.',
        ['model', 'feature', 'method'],
        ({ model, predictions: { classes, confidence } }) =>
          toSamples(model, [
            ...scoresOf('class', classes.psi, classes.tests),
            ...scoresOf('confidence', confidence.psi, confidence.tests),
          ]),
      ),
      gauge(
        'tensornest_drifting',
        'Features and answers of the model that drift, in the last complete window.',
        ['model'],
        (version) => [
          {
            labels: [version.model],
            value: [...statesOf(version).values()].filter((state) => state === 'drifting').length,
          },
        ],
      ),
    );
  }

  private async read(of: (version: DriftOfVersion) => Iterable<Sample>): Promise<Sample[]> {
    const versions = await this.drift.current();
    return versions.filter(({ window }) => window !== null).flatMap((version) => [...of(version)]);
  }
}

function scoresOf(subject: string, psi: number | null, tests: readonly DriftTest[]): Score[] {
  const test = tests.find(({ of }) => of === 'values');
  return [
    ...(psi === null ? [] : [{ subject, method: 'psi', value: psi }]),
    ...(test === undefined ? [] : [{ subject, method: test.method, value: test.statistic }]),
  ];
}

function aggregate(scores: readonly Score[], shown: ReadonlySet<string>): Score[] {
  const others = new Map<string, Score>();
  for (const score of scores) {
    if (shown.has(score.subject)) continue;
    const value = Math.max(score.value, others.get(score.method)?.value ?? 0);
    others.set(score.method, { subject: OTHER, method: score.method, value });
  }
  return [...scores.filter(({ subject }) => shown.has(subject)), ...others.values()];
}

function toSamples(model: string, scores: readonly Score[]): Sample[] {
  return scores.map(({ subject, method, value }) => ({ labels: [model, subject, method], value }));
}
