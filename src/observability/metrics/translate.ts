import type { Line, Reading } from './reading.js';

export type Readings = ReadonlyMap<string, Reading>;
type Labels = Line['labels'];

/** New labels for old ones; undefined leaves the line out. */
export type Relabel = (labels: Labels) => Labels | undefined;

/** Lines of `from` under other labels, values times `factor`; what comes to have equal labels is added up. */
export function relabelled(from: readonly Line[], relabel: Relabel, factor = 1): Line[] {
  const lines = new Map<string, Line>();
  for (const { metricName, labels: old, value } of from) {
    const labels = relabel(old);
    if (labels === undefined) continue;
    const key = `${metricName ?? ''} ${Object.entries(labels).join()}`;
    const sum = (lines.get(key)?.value ?? 0) + value * factor;
    lines.set(key, { labels, value: sum, ...(metricName === undefined ? {} : { metricName }) });
  }
  return [...lines.values()];
}

/** The lines of a family, or those with a suffix of a histogram. */
export function linesOf(readings: Readings, name: string, suffix = ''): readonly Line[] {
  const values = readings.get(name)?.values ?? [];
  return suffix === ''
    ? values
    : values.filter(({ metricName }) => metricName === name + suffix).map(({ labels, value }) => ({ labels, value }));
}

/** A whole histogram under another name. */
export function histogramAs(readings: Readings, from: string, name: string, relabel: Relabel): Line[] {
  // Buckets keep their bound, which comes first.
  const kept: Relabel = (labels) => {
    const others = relabel(labels);
    return others === undefined || labels.le === undefined ? others : { le: labels.le, ...others };
  };
  return relabelled(linesOf(readings, from), kept).map((line) => ({
    ...line,
    metricName: name + line.metricName!.slice(from.length),
  }));
}

/** Picks labels: by their new name, the old one. */
export function pick(names: Readonly<Record<string, string>>): Relabel {
  const entries = Object.entries(names);
  return (labels) => Object.fromEntries(entries.map(([name, old]) => [name, labels[old] ?? '']));
}

export function family(type: string, name: string, help: string, values: readonly Line[]): Reading {
  return { name, help, type, aggregator: 'sum', values };
}
