import { parser } from '@prometheus-io/lezer-promql';

/** A metric that an expression reads, with the labels that it matches. */
export interface SelectedMetric {
  readonly name: string;
  readonly labels: readonly string[];
}

/** The metrics of a PromQL expression. Throws where it is not PromQL, as Prometheus's own grammar has it. */
export function metricsOf(expression: string): SelectedMetric[] {
  // Grafana puts durations in the place of these.
  const text = expression.replaceAll(/\$__(rate_)?interval|\$__range/g, '5m');
  const found: { name: string; labels: string[] }[] = [];
  parser.parse(text).iterate({
    enter: ({ name, type, from, to }) => {
      if (type.isError) throw new Error(`Not PromQL at ${text.slice(from, from + 30)}: ${expression}`);
      const part = text.slice(from, to);
      if (name === 'VectorSelector') found.push({ name: '', labels: [] });
      else if (name === 'Identifier' && found.at(-1)?.name === '') found.at(-1)!.name = part;
      else if (name === 'LabelName' && found.length > 0 && /^\s*(=|!)/.test(text.slice(to)))
        found.at(-1)!.labels.push(part);
    },
  });
  return found;
}
