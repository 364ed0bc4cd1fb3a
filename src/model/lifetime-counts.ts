import { FixedHistogram } from '../core/fixed-histogram.js';
import { PerVersion } from '../core/per-version.js';
import type { HistogramSample, Sample } from '../core/ports/metrics.js';
import type { Slot } from './slot.js';
import { TabularSlot } from './tabular-slot.js';

/** What was wrong with the values of one feature. */
interface FeatureCounts {
  missing: number;
  outOfRange: number;
}

interface Totals {
  readonly executions: PerVersion<{ count: number }>;
  readonly batches: Map<string, FixedHistogram>;
  readonly features: Map<string, Map<string, FeatureCounts>>;
}

/** Adds up what slots have counted, those that are closed too: a slot begins at zero, and counters never go back. */
export class LifetimeCounts {
  private readonly live = new Set<Slot>();
  private readonly closed = noTotals();

  /** @param batchBounds of the rows of an execution, ascending. */
  constructor(private readonly batchBounds: readonly number[]) {}

  follow(slot: Slot): void {
    this.live.add(slot);
    void slot.whenClosed.then(() => {
      this.live.delete(slot);
      this.add(this.closed, slot);
    });
  }

  executions(): Sample[] {
    const entries = [...this.totals().executions.entries()];
    return entries.map(([model, version, { count }]) => ({ labels: [model, version], value: count }));
  }

  batches(): HistogramSample[] {
    return [...this.totals().batches].map(([model, { counts, sum }]) => ({ labels: [model], counts, sum }));
  }

  /** By model, then by the names of its features, in the order of the signature. */
  features(): ReadonlyMap<string, ReadonlyMap<string, FeatureCounts>> {
    return this.totals().features;
  }

  private totals(): Totals {
    const totals = noTotals();
    for (const [model, version, { count }] of this.closed.executions.entries()) {
      totals.executions.of(model, version, zero).count += count;
    }
    for (const [model, { counts, sum }] of this.closed.batches) {
      const batches = this.histogram(totals, model);
      counts.forEach((count, bucket) => {
        batches.counts[bucket]! += count;
      });
      batches.sum += sum;
    }
    for (const slot of this.live) this.add(totals, slot);
    for (const [model, features] of this.closed.features) {
      for (const [feature, counts] of features) addFeature(totals, model, feature, counts);
    }
    return totals;
  }

  private add(totals: Totals, slot: Slot): void {
    const { name, version } = slot.manifest;
    totals.executions.of(name, version, zero).count += slot.statistics.executions;
    const batches = this.histogram(totals, name);
    for (const { rows, duration } of slot.statistics.bySize()) batches.observe(rows, duration.count);
    if (!(slot instanceof TabularSlot)) return;
    const { features, missing, filled, outOfRange } = slot.inputs;
    features.forEach((feature, place) => {
      const lacked = missing[place]! + filled[place]!;
      addFeature(totals, name, feature, { missing: lacked, outOfRange: outOfRange[place]! });
    });
  }

  private histogram({ batches }: Totals, model: string): FixedHistogram {
    let histogram = batches.get(model);
    if (histogram === undefined) {
      histogram = new FixedHistogram(this.batchBounds);
      batches.set(model, histogram);
    }
    return histogram;
  }
}

const zero = (): { count: number } => ({ count: 0 });

function noTotals(): Totals {
  const executions = new PerVersion<{ count: number }>((into, from) => {
    into.count += from.count;
  });
  return { executions, batches: new Map(), features: new Map() };
}

function addFeature(
  { features }: Totals,
  model: string,
  feature: string,
  { missing, outOfRange }: FeatureCounts,
): void {
  let ofModel = features.get(model);
  if (ofModel === undefined) {
    ofModel = new Map();
    features.set(model, ofModel);
  }
  const counts = ofModel.get(feature);
  if (counts === undefined) ofModel.set(feature, { missing, outOfRange });
  else {
    counts.missing += missing;
    counts.outOfRange += outOfRange;
  }
}
