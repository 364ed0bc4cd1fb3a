import { Inject, Injectable } from '@nestjs/common';
import type { ErrorCode } from '../core/errors.js';
import { FixedHistogram } from '../core/fixed-histogram.js';
import { METRICS, type Metrics, type Sample } from '../core/ports/metrics.js';
import { LifetimeCounts } from './lifetime-counts.js';
import { ModelRegistry } from './model-registry.js';
import type { Slot } from './slot.js';

const LOAD_BOUNDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const BATCH_BOUNDS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048, 4_096];

/** Features with series of their own; those of a larger model share `_other` from there on. */
const FEATURES = 20;
const OTHER = '_other';

/** What is loaded, how it came to be, and what it has to do. */
@Injectable()
export class ModelMetrics {
  private readonly loads = new Map<string, { readonly labels: readonly string[]; value: number }>();
  private readonly loadSeconds = new Map<string, FixedHistogram>();
  private readonly counts = new LifetimeCounts(BATCH_BOUNDS);

  constructor(
    private readonly registry: ModelRegistry,
    @Inject(METRICS) metrics: Metrics,
  ) {
    this.addStates(metrics);
    this.addLoads(metrics);
    this.addWork(metrics);
  }

  /** A version that was brought into service, in so many milliseconds. */
  loaded(slot: Slot, milliseconds: number): void {
    const { name } = slot.manifest;
    this.counts.follow(slot);
    this.count(name, 'success', '');
    let seconds = this.loadSeconds.get(name);
    if (seconds === undefined) {
      seconds = new FixedHistogram(LOAD_BOUNDS);
      this.loadSeconds.set(name, seconds);
    }
    seconds.observe(milliseconds / 1_000);
  }

  /** A version that was not, and why. */
  refused(name: string, reason: ErrorCode): void {
    this.count(name, 'failure', reason);
  }

  private count(...labels: [model: string, result: string, reason: string]): void {
    const key = labels.join();
    const load = this.loads.get(key);
    if (load === undefined) this.loads.set(key, { labels, value: 1 });
    else load.value += 1;
  }

  private addStates(metrics: Metrics): void {
    metrics.add(
      {
        type: 'gauge',
        name: 'tensornest_model_info',
        help: 'A version that is loaded: its digest, and the backend that runs it. Always 1.',
        labels: ['model', 'version', 'digest', 'backend'],
        across: 'max',
        read: () =>
          this.registry.slots().map(({ manifest: { name, version }, digest, backend }) => ({
            labels: [name, version, digest, backend],
            value: 1,
          })),
      },
      {
        type: 'gauge',
        name: 'tensornest_model_ready',
        help: '1 while the model can be asked and can be trusted, in every process of a group; else 0.',
        labels: ['model'],
        across: 'min',
        read: () => this.ready(),
      },
    );
  }

  private addLoads(metrics: Metrics): void {
    metrics.add(
      {
        type: 'counter',
        name: 'tensornest_model_loads_total',
        help: 'Versions that were to be brought into service: the result, and the error code of a failure.',
        labels: ['model', 'result', 'reason'],
        read: () => this.loads.values(),
      },
      {
        type: 'histogram',
        name: 'tensornest_model_load_seconds',
        help: 'Seconds from reading a package to its first request, golden records included.',
        labels: ['model'],
        bounds: LOAD_BOUNDS,
        read: () => [...this.loadSeconds].map(([model, { counts, sum }]) => ({ labels: [model], counts, sum })),
      },
    );
  }

  private addWork(metrics: Metrics): void {
    const gauge = (name: string, help: string, of: (slot: Slot) => number) => ({
      type: 'gauge' as const,
      name,
      help,
      labels: ['model'],
      read: () => this.byModel(of),
    });
    const features = (name: string, help: string, of: 'missing' | 'outOfRange') => ({
      type: 'counter' as const,
      name,
      help,
      labels: ['model', 'feature'],
      read: () => this.byFeature(of),
    });
    metrics.add(
      {
        type: 'counter',
        name: 'tensornest_inference_executions_total',
        help: 'Executions of the model; several requests may share one.',
        labels: ['model', 'version'],
        read: () => this.counts.executions(),
      },
      {
        type: 'histogram',
        name: 'tensornest_batch_size',
        help: 'Rows of an execution.',
        labels: ['model'],
        bounds: BATCH_BOUNDS,
        read: () => this.counts.batches(),
      },
      gauge('tensornest_queue_depth', 'Rows that wait for an execution.', ({ load }) => load.waiting),
      gauge('tensornest_inflight', 'Requests that the model is working on.', ({ inflight }) => inflight),
      gauge(
        'tensornest_concurrency_limit',
        'Most rows that are let in at once, waiting and running ones together.',
        ({ load }) => load.limit,
      ),
      features(
        'tensornest_input_missing_total',
        'Values that rows lacked, whether or not a default stood in.',
        'missing',
      ),
      features(
        'tensornest_input_out_of_range_total',
        'Values that were refused: outside of the range of their feature, or none of its categories.',
        'outOfRange',
      ),
    );
  }

  private async ready(): Promise<Sample[]> {
    const missing = this.registry.missing().map(({ name }) => ({ labels: [name], value: 0 }));
    const known = this.registry.names().map(async (name) => {
      const version = this.registry.defaultVersion(name);
      const slot = version === undefined ? undefined : this.registry.loaded(name, version);
      const ready = slot !== undefined && (await slot.fault()) === undefined;
      return { labels: [name], value: ready ? 1 : 0 };
    });
    const samples = [...missing, ...(await Promise.all(known))];
    return [...new Map(samples.map((sample) => [sample.labels[0], sample])).values()];
  }

  private byModel(of: (slot: Slot) => number): Sample[] {
    const byModel = Map.groupBy(this.registry.slots(), ({ manifest }) => manifest.name);
    return [...byModel].map(([model, slots]) => ({
      labels: [model],
      value: slots.reduce((sum, slot) => sum + of(slot), 0),
    }));
  }

  private *byFeature(of: 'missing' | 'outOfRange'): Iterable<Sample> {
    for (const [model, features] of this.counts.features()) {
      let others = 0;
      let shown = 0;
      for (const [feature, { [of]: value }] of features) {
        shown += 1;
        if (shown <= FEATURES) yield { labels: [model, feature], value };
        else others += value;
      }
      if (shown > FEATURES) yield { labels: [model, OTHER], value: others };
    }
  }
}
