import type { PackageRef } from '../../core/ports/model-store.js';
import { metric } from '../../training/evaluation-tables.js';
import { textTable } from '../../training/text-tables.js';
import type { ChangedInput, Comparison } from './compare-answers.js';
import type { MetricDifference, MetricDifferences } from './compare-metrics.js';
import type { Inputs } from './diff-inputs.js';

/** Everything that differs between two packages whose signatures match. */
export interface Difference extends Comparison {
  readonly before: PackageRef & { readonly digest: string };
  readonly after: PackageRef & { readonly digest: string };
  /** How each of them decides its classes, in a sentence. */
  readonly decisions: readonly [before: string, after: string];
  readonly metrics: MetricDifferences;
  readonly comparedOn: Inputs['kind'];
  /** Rows of `--data` that the signature refuses. */
  readonly refused: number;
}

const INPUTS: Readonly<Record<Inputs['kind'], string>> = {
  all: 'all inputs that the signature allows',
  golden: 'the golden inputs of both packages',
  data: 'the rows of the file',
};

export function differenceText(difference: Difference): string {
  const { before, after, examples } = difference;
  const names =
    before.name === after.name ? [before, after].map(({ version }) => version) : [before, after].map(nameOf);
  return [
    `${nameOf(before)} -> ${nameOf(after)}`,
    metricsText(difference.metrics, names),
    ...decisionTexts(difference, names),
    summaryText(difference),
    textTable(confusionCells(difference, names)),
    ...(examples.length === 0 ? [] : [examplesText(difference)]),
  ].join('\n\n');
}

/** Only where they differ: then classes change that no probability accounts for. */
function decisionTexts({ decisions: [before, after] }: Difference, names: readonly string[]): string[] {
  return before === after ? [] : [`${names[0]}: ${before}\n${names[1]}: ${after}`];
}

function nameOf({ name, version }: PackageRef): string {
  return `${name}@${version}`;
}

function metricsText({ figures, sameRows }: MetricDifferences, names: readonly string[]): string {
  const table = textTable([['metric', ...names, 'change'], ...figures.map(figureCells)]);
  return sameRows ? table : `${table}\nThey were measured on different rows.`;
}

function figureCells({ metric: name, before, after }: MetricDifference): string[] {
  // A share that happens to be 0 or 1 is still shown as a share.
  const isCount = [before, after].every((value) => value === null || (Number.isInteger(value) && value > 1));
  const shown = (value: number | null) => (value === null ? '-' : isCount ? String(value) : metric(value));
  if (before === null || after === null) return [name, shown(before), shown(after), '-'];
  const change = after - before;
  return [name, shown(before), shown(after), `${change < 0 ? '-' : '+'}${shown(Math.abs(change))}`];
}

function summaryText({ comparedOn, inputs, changed, agreement, largestChange, refused }: Difference): string {
  const counts = `${changed} of ${inputs} change class (agreement ${metric(agreement)})`;
  const rest = refused === 0 ? '' : ` ${refused} rows were refused.`;
  return `On ${INPUTS[comparedOn]}: ${counts}; largest change of a probability ${metric(largestChange)}.${rest}`;
}

/** Classes of the first package down, of the second across. */
function confusionCells({ labels, confusionMatrix }: Comparison, [before, after]: readonly string[]): string[][] {
  return [
    [`${before} \\ ${after}`, ...labels],
    ...confusionMatrix.map((counts, row) => [labels[row]!, ...counts.map(String)]),
  ];
}

function examplesText({ changed, examples }: Comparison): string {
  const head = examples.length < changed ? `The first ${examples.length} of them:` : 'They are:';
  return [head, ...examples.map(exampleText)].join('\n');
}

function exampleText({ input, before, after }: ChangedInput): string {
  const verdict = ({ label, probability }: ChangedInput['before']) => `${label} ${metric(probability)}`;
  return `${JSON.stringify(input)}  ${verdict(before)} -> ${verdict(after)}`;
}
