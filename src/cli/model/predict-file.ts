import { access, constants, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { reasonOf } from '../../core/errors.js';
import type { Manifest } from '../../model/package/manifest.js';
import { errorDocument } from '../error-document.js';
import { EXIT, type ExitCode, exitCodeOf, UsageError } from '../exit.js';
import { readRows } from '../rows/row-file.js';
import { formatOf, type RowFormat, STANDARD } from '../rows/row-format.js';
import { sift, type Sifted } from '../rows/sift.js';
import { type AnswerSink, complaintSink, documentSink, fileSink, outputSink } from './answer-sinks.js';
import { answer, type Answered } from './answers.js';
import type { Context } from './command.js';
import { openTabularPackage } from './find-package.js';
import { withTabularSlot } from './run-slot.js';

export interface PredictOptions {
  readonly input: string;
  readonly inputFormat?: RowFormat;
  readonly output: string;
  readonly format?: RowFormat;
  readonly ignoreUnknown?: boolean;
}

/** Predicts the rows of a file with the package that `name` names. */
export async function predictFile(context: Context, name: string, options: PredictOptions): Promise<ExitCode> {
  const { input, inputFormat = formatOf(input), ignoreUnknown = false } = options;
  const format = options.format ?? (options.output === STANDARD ? 'jsonl' : formatOf(options.output));
  await assertWritable(options);
  const { config, streams } = context;
  const { found } = await openTabularPackage(name, config);
  const { signature } = found.manifest;
  const lines = await readRows({ path: input, format: inputFormat, ignoreUnknown }, signature, streams.stdin);
  return withTabularSlot(found, config, async (slot) => {
    const groups = sift(lines, signature, slot.encoder, config.limits.batchRows);
    const sinks = await sinksOf(found.manifest, options, format, context);
    return pass(groups, (group) => answer(slot, group), sinks, context);
  });
}

/** Refused before any work is done. */
async function assertWritable({ input, output }: PredictOptions): Promise<void> {
  if (output === STANDARD) return;
  if (resolve(input) === resolve(output)) {
    throw new UsageError('The answers would overwrite the rows; give another file to --output.');
  }
  const folder = await stat(output).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (folder) throw new UsageError(`"${output}" is a folder; give a file to --output.`);
  await access(dirname(resolve(output)), constants.W_OK).catch(() => {
    throw new UsageError(`"${output}" cannot be written; give a file in a folder that can be to --output.`);
  });
}

async function sinksOf(
  manifest: Manifest,
  { input, output }: PredictOptions,
  format: RowFormat,
  { json, streams, terminal }: Context,
): Promise<AnswerSink[]> {
  const { name, version, signature } = manifest;
  const toStandard = output === STANDARD;
  const answers = toStandard ? [] : [await fileSink(output, format, signature)];
  if (json) return [...answers, await documentSink(streams.stdout, manifest, toStandard)];
  if (toStandard) answers.push(await outputSink(streams.stdout, format, signature));
  const err = (text: string) => {
    terminal.err(text);
  };
  return [...answers, complaintSink(input, `${name} ${version}`, err)];
}

/** Rows in, answers out; whatever happens, the sinks are ended, so that a document is always whole. */
async function pass(
  groups: AsyncIterable<Sifted>,
  predictGroup: (group: Sifted) => Promise<Answered>,
  sinks: readonly AnswerSink[],
  { terminal }: Context,
): Promise<ExitCode> {
  let [predicted, refused] = [0, 0];
  let failure: unknown;
  try {
    for await (const group of groups) {
      const answered = await predictGroup(group);
      predicted += answered.answers.length;
      refused += answered.refused.length;
      for (const sink of sinks) await sink.write(answered);
    }
  } catch (error) {
    failure = error;
    terminal.err(`error: ${reasonOf(error)}\n`);
  }
  const error = failure === undefined ? null : errorDocument(failure);
  for (const sink of sinks) await sink.end({ predicted, refused, error });
  if (failure !== undefined) return exitCodeOf(failure);
  return refused === 0 ? EXIT.ok : EXIT.failure;
}
