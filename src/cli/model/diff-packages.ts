import { signatureDifferences } from '../../core/compare-signatures.js';
import type { TabularPackage } from '../../model/package/reader.js';
import { decisionSentence } from '../../training/evaluation-tables.js';
import { EXIT, UsageError } from '../exit.js';
import type { RowFormat } from '../rows/row-format.js';
import { problemsText } from '../rows/sift.js';
import type { Context, Outcome } from './command.js';
import { compareAnswers, type Comparison } from './compare-answers.js';
import { metricDifferences } from './compare-metrics.js';
import { allInputs, fileInputs, goldenInputs, type Inputs } from './diff-inputs.js';
import { type Difference, differenceText } from './diff-text.js';
import { openTabularPackage } from './find-package.js';
import { withTabularSlot } from './run-slot.js';

export interface DiffOptions {
  readonly data?: string;
  readonly inputFormat?: RowFormat;
  readonly ignoreUnknown?: boolean;
  readonly examples: number;
}

/** Compares the packages that `first` and `second` name. */
export async function diffPackages(
  context: Context,
  first: string,
  second: string,
  options: DiffOptions,
): Promise<Outcome> {
  const before = await openTabularPackage(first, context.config);
  const after = await openTabularPackage(second, context.config);
  const faults = signatureDifferences(before.found.manifest.signature, after.found.manifest.signature);
  if (faults.length > 0) {
    throw new UsageError(`The two cannot be compared, because their signatures differ:\n  ${faults.join('\n  ')}`);
  }
  let refused = 0;
  const inputs = await inputsOf(before.found, after.found, options, context, () => (refused += 1));
  const comparison = await compare(before.found, after.found, inputs, options.examples, context);
  const difference: Difference = {
    before: { ...before.ref, digest: before.found.digest },
    after: { ...after.ref, digest: after.found.digest },
    decisions: [decisionOf(before.found), decisionOf(after.found)],
    metrics: metricDifferences(before.found.manifest, after.found.manifest),
    comparedOn: inputs.kind,
    refused,
    ...comparison,
  };
  return { code: refused === 0 ? EXIT.ok : EXIT.failure, json: difference, text: differenceText(difference) };
}

function decisionOf({ manifest: { decision, signature } }: TabularPackage): string {
  return decisionSentence(decision, signature.classes);
}

async function inputsOf(
  before: TabularPackage,
  after: TabularPackage,
  { data, inputFormat, ignoreUnknown = false }: DiffOptions,
  { config, streams, terminal }: Context,
  refused: () => void,
): Promise<Inputs> {
  const { signature } = before.manifest;
  const size = config.limits.batchRows;
  if (data === undefined) return allInputs(signature, size) ?? goldenInputs([before, after]);
  const file = { path: data, format: inputFormat, ignoreUnknown };
  return fileInputs(file, signature, size, streams.stdin, ({ line, problems }) => {
    terminal.err(`${data}:${line}: ${problemsText(problems)}\n`);
    refused();
  });
}

function compare(
  before: TabularPackage,
  after: TabularPackage,
  { groups }: Inputs,
  examples: number,
  { config }: Context,
): Promise<Comparison> {
  return withTabularSlot(before, config, (first) =>
    withTabularSlot(after, config, (second) => compareAnswers(first, second, groups, examples)),
  );
}
