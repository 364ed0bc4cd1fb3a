import { statSync } from 'node:fs';
import { join } from 'node:path';
import { BACKENDS } from '../../runtime/backends/index.js';
import { datasetNamed } from '../../training/datasets/index.js';
import type { Progress } from '../../training/progress.js';
import { reportFiles } from '../../training/report/report-page.js';
import { frameworkOf, trainModel } from '../../training/train-model.js';
import type { TrainingConfig } from '../../training/training-config.js';
import { loadTrainingConfig } from '../../training/training-files.js';
import { UnknownModelError } from '../../training/training-error.js';
import { namesTable, TABLE_ENDINGS } from '../rows/table-file.js';
import { UsageError } from '../exit.js';
import { schemaWords, type TrainOptions } from '../train-options.js';
import { datasetOfTable, type Prepared, prepareTable } from '../train-table.js';
import { assertWritable } from './assert-writable.js';
import { Checkpoints } from './checkpoints.js';
import type { Trained, TrainStart } from './messages.js';

/** Who listens to the work, and may end it. */
export interface Attendance {
  readonly say: (text: string) => void;
  readonly progress: Progress;
  /** Whether somebody asked for an end since the last time. */
  readonly stopAsked: () => boolean;
}

/** Everything that the command does before it writes: reads, searches, trains, measures, describes. */
export async function work(
  { model, options, date }: Omit<TrainStart, 'stop'>,
  { say, progress, stopAsked }: Attendance,
): Promise<Trained> {
  const isTable = namesTable(model);
  if (options.report !== undefined || isTable) await assertWritable('--report', options.report ?? 'runs');
  const backend = await BACKENDS.wasm();
  const checkpoints = new Checkpoints(options, frameworkOf(backend), say);
  const prepared = isTable
    ? await prepareTable(model, options, { say, progress, stopAsked, checkpoints })
    : await prepareNamed(model, options);
  const { dataset, stopped } = prepared;
  const config = withOptions(prepared.config, options);
  const checkpoint = checkpoints.open('training', config, dataset, config);
  if (stopped !== undefined) say(`${stopped}\n`);
  say(`Training ${config.name} ${config.version} (seed ${config.seed}, ${backend.name} backend)\n`);
  const { crossValidation } = options;
  const settings = { config, dataset, backend, crossValidation, baselines: isTable, progress, stopAsked, date };
  const result = await trainModel({ ...settings, slices: options.slice, checkpoint, stopped });
  checkpoints.close(config, result);
  const { name, version, failUnder } = config;
  const report = reportFiles({ ...prepared, config, result, date, rows: dataset.frame().length });
  return { config: { name, version, failUnder }, result, report };
}

async function prepareNamed(model: string, options: TrainOptions): Promise<Prepared> {
  const words = schemaWords(options);
  if (words.length > 0) {
    throw new UsageError(`${words.join(', ')} would have no effect: the training file of ${model} says it; edit that.`);
  }
  const config = await loadTrainingConfig(options.models, model).catch((error: unknown) => {
    throw error instanceof UnknownModelError && isFile(model) ? noTable(model) : error;
  });
  await assertWritable('--out', join(options.out ?? options.models, config.name));
  const { dataset } = config;
  const found = typeof dataset === 'string' ? datasetNamed(dataset) : (await datasetOfTable(config, dataset))[0];
  return { config, dataset: found, profiles: [], warnings: [], trials: [] };
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function noTable(file: string): UsageError {
  return new UsageError(`"${file}" is no table that can be read: the name of one ends in ${TABLE_ENDINGS.join(', ')}.`);
}

/** What the command line says goes before what the training file says. */
function withOptions(config: TrainingConfig, options: TrainOptions): TrainingConfig {
  const { hyperparameters, failUnder } = config;
  return {
    ...config,
    seed: options.seed ?? config.seed,
    hyperparameters: { ...hyperparameters, epochs: options.epochs ?? hyperparameters.epochs },
    failUnder: gated(failUnder, options),
  };
}

/** An exempt model is gated after all by whoever asks for it, in what they ask for. */
function gated(failUnder: TrainingConfig['failUnder'], options: TrainOptions): TrainingConfig['failUnder'] {
  if (options.failUnder === undefined && options.failUnderF1 === undefined) return failUnder;
  const { accuracy, macroF1 } = 'exempt' in failUnder ? { accuracy: 0, macroF1: 0 } : failUnder;
  return { accuracy: options.failUnder ?? accuracy, macroF1: options.failUnderF1 ?? macroF1 };
}
