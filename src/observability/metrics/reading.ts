import { AggregatorRegistry, Registry, type RegistryContentType } from 'prom-client';
import type { HistogramSample, MetricFamily, Sample } from '../../core/ports/metrics.js';

/** One line of the exposition. */
export interface Line {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  /** The family's name where it is absent. */
  readonly metricName?: string;
}

/** A family with its numbers, in the form that prom-client gives and takes. Plain data: it travels between processes. */
export interface Reading {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly aggregator: string;
  readonly values: readonly Line[];
}

export async function readFamily(family: MetricFamily): Promise<Reading> {
  const { name, help, type, across = 'sum' } = family;
  // The process that was asked is the only one that reads it.
  const aggregator = across === 'group' ? 'first' : across;
  const values =
    family.type === 'histogram'
      ? [...(await family.read())].flatMap((sample) => bucketLines(family.name, family.labels, family.bounds, sample))
      : [...(await family.read())].map((sample) => line(family.labels, sample));
  return { name, help, type, aggregator, values };
}

/** Adds up what the processes of a group have read. */
export function merge(processes: readonly (readonly Reading[])[]): readonly Reading[] {
  const [only] = processes;
  if (only !== undefined && processes.length === 1) return only;
  const merged = AggregatorRegistry.aggregate(processes as unknown as object[]);
  return merged.getMetricsAsArray() as unknown as Reading[];
}

/** The text of a scrape. */
export function expose(readings: readonly Reading[], contentType: RegistryContentType): Promise<string> {
  const registry = new Registry<RegistryContentType>();
  registry.setContentType(contentType);
  const open = contentType === Registry.OPENMETRICS_CONTENT_TYPE;
  for (const given of readings) {
    // OpenMetrics would have "_total" behind the name of every counter, and other servers' counters are called otherwise.
    const foreign = open && given.type === 'counter' && !given.name.endsWith('_total');
    const reading = foreign ? { ...given, type: 'unknown' } : given;
    // NOTE: prom-client takes "_total" off the name of what it was given, and adds it again to the name that `get` gives.
    const metric = {
      ...reading,
      get() {
        return { ...reading, name: this.name };
      },
    };
    registry.registerMetric(metric as never);
  }
  return registry.metrics();
}

function line(names: readonly string[], { labels, value }: Sample): Line {
  return { labels: labelled(names, labels), value };
}

function bucketLines(
  name: string,
  names: readonly string[],
  bounds: readonly number[],
  { labels: values, counts, sum }: HistogramSample,
): Line[] {
  const labels = labelled(names, values);
  let count = 0;
  const buckets = [...bounds, '+Inf'].map((le, bucket) => {
    count += counts[bucket]!;
    return { labels: { le, ...labels }, value: count, metricName: `${name}_bucket` };
  });
  return [
    ...buckets,
    { labels, value: sum, metricName: `${name}_sum` },
    { labels, value: count, metricName: `${name}_count` },
  ];
}

function labelled(names: readonly string[], values: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
}
