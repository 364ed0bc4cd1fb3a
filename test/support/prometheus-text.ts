/** A sample of the Prometheus text format. */
export interface ParsedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ParsedFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly ParsedSample[];
}

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\n"])*)"(?:,|$)/y;
const SUFFIXES = { histogram: ['_bucket', '_sum', '_count'], summary: ['', '_sum', '_count'] } as const;

/** Reads a scrape strictly: what Prometheus would not take, or would warn of, throws. Knows OpenMetrics' counters too. */
export function parsePrometheus(text: string, { open = false } = {}): Map<string, ParsedFamily> {
  const families = new Map<string, { name: string; type: string; help: string; samples: ParsedSample[] }>();
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new Error('The text does not end with a line feed.');
  if (open && lines.pop() !== '# EOF') throw new Error('The text does not end with # EOF.');
  let current: { name: string; type: string; help: string; samples: ParsedSample[] } | undefined;
  const seen = new Set<string>();
  for (const line of lines) {
    const comment = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line);
    if (comment !== null) {
      const [, kind, name, rest] = comment as unknown as [string, string, string, string];
      if (kind === 'HELP') {
        if (families.has(name)) throw new Error(`Two families ${name}.`);
        current = { name, type: '', help: rest, samples: [] };
        families.set(name, current);
      } else if (current?.name === name) current.type = rest;
      else throw new Error(`TYPE without HELP: ${line}`);
      continue;
    }
    if (line === '' && !open) continue;
    const sample = parseSample(line);
    const key = line.slice(0, line.lastIndexOf(' '));
    if (seen.has(key)) throw new Error(`Twice the same series: ${key}`);
    seen.add(key);
    if (current === undefined || !belongs(sample.name, current, open)) throw new Error(`Out of its family: ${line}`);
    current.samples.push(sample);
  }
  for (const family of families.values()) if (family.type === 'histogram') checkHistogram(family);
  return families;
}

/** The sum of all samples of this name whose labels are as given. */
export function total(
  families: ReadonlyMap<string, ParsedFamily>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const wanted = Object.entries(labels);
  return [...families.values()]
    .flatMap(({ samples }) => samples)
    .filter((sample) => sample.name === name && wanted.every(([label, value]) => sample.labels[label] === value))
    .reduce((sum, { value }) => sum + value, 0);
}

function parseSample(line: string): ParsedSample {
  const [, name, rest = '', number] = SAMPLE.exec(line) ?? [];
  if (name === undefined) throw new Error(`No sample: ${line}`);
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  for (let at = 0; at < rest.length; at = LABEL.lastIndex) {
    LABEL.lastIndex = at;
    const [, label, value] = LABEL.exec(rest) ?? [];
    if (label === undefined || label in labels) throw new Error(`Bad labels: ${line}`);
    labels[label] = value!.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
  }
  const value = number === '+Inf' ? Infinity : number === '-Inf' ? -Infinity : Number(number);
  if (Number.isNaN(value) && !/^nan$/i.test(number!)) throw new Error(`No number: ${line}`);
  return { name, labels, value };
}

function belongs(sample: string, { name, type }: { name: string; type: string }, open: boolean): boolean {
  if (type === 'histogram' || type === 'summary') return SUFFIXES[type].some((suffix) => sample === name + suffix);
  return sample === (open && type === 'counter' ? `${name}_total` : name);
}

/** Buckets must not fall, and the last one counts them all. */
function checkHistogram({ name, samples }: { name: string; samples: readonly ParsedSample[] }): void {
  const last = new Map<string, number>();
  for (const { name: of, labels, value } of samples) {
    const { le, ...rest } = labels;
    const key = JSON.stringify(rest);
    if (of === `${name}_bucket`) {
      if (le === undefined || value < (last.get(key) ?? 0)) throw new Error(`Bad buckets: ${name} ${key}`);
      last.set(key, value);
    } else if (of === `${name}_count` && last.get(key) !== value) throw new Error(`Bad count: ${name} ${key}`);
  }
}
