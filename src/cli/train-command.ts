import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CommanderError, type Command } from 'commander';
import { environmentWith } from '../config/process-config.js';
import { reasonOf } from '../core/errors.js';
import { writePackage } from '../model/package/writer.js';
import { BACKENDS } from '../runtime/backends/index.js';
import { datasetNamed } from '../training/datasets/index.js';
import { assessmentText, resultText } from '../training/report.js';
import { reportFiles } from '../training/report/report-page.js';
import { trainModel, type TrainingResult } from '../training/train-model.js';
import type { TrainingConfig } from '../training/training-config.js';
import { UnknownModelError } from '../training/training-error.js';
import { loadTrainingConfig } from '../training/training-files.js';
import { errorDocument } from './error-document.js';
import { EXIT, exitCodeOf } from './exit.js';
import { catchInterrupts } from './interrupts.js';
import { namesTable } from './rows/table-file.js';
import type { Terminal } from './terminal.js';
import { type TrainOptions, trainWords } from './train-options.js';
import { datasetOfTable, type Prepared, prepareTable } from './train-table.js';

const SERVICE = join(import.meta.dirname, '../main.js');

/** Runs `train` with the words that follow the command's name, and resolves to its exit code. */
export async function train(words: readonly string[], terminal: Terminal): Promise<number> {
  let code: number = EXIT.ok;
  const command = buildCommand(terminal).action(async (model: string, options: TrainOptions) => {
    code = await run(model, options, terminal);
  });
  try {
    await command.parseAsync(words, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    if (words.includes('--json')) terminal.out(`${JSON.stringify({ error: errorDocument(error) }, null, 2)}\n`);
    // Commander has already said what is wrong with the words.
    if (error instanceof CommanderError) return EXIT.usage;
    terminal.err(`error: ${reasonOf(error)}\n`);
    return error instanceof UnknownModelError ? EXIT.usage : exitCodeOf(error);
  }
}

function buildCommand(terminal: Terminal): Command {
  return trainWords()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        terminal.out(text);
      },
      writeErr: (text) => {
        terminal.err(text);
      },
    });
}

async function run(model: string, options: TrainOptions, terminal: Terminal): Promise<number> {
  const isTable = namesTable(model);
  const backend = await BACKENDS.wasm();
  const interrupts = catchInterrupts((text) => {
    terminal.err(text);
  });
  const stopAsked = () => interrupts.taken();
  const date = new Date();
  let prepared: Prepared;
  let result: TrainingResult;
  try {
    prepared = isTable ? await prepareTable(model, options, terminal, stopAsked) : await prepareNamed(model, options);
    prepared = { ...prepared, config: withOptions(prepared.config, options) };
    const { config, dataset } = prepared;
    terminal.err(`Training ${config.name} ${config.version} (seed ${config.seed}, ${backend.name} backend)\n`);
    const { crossValidation } = options;
    const { progress } = terminal;
    result = await trainModel({
      config,
      dataset,
      backend,
      crossValidation,
      baselines: isTable,
      progress,
      stopAsked,
      date,
    });
  } finally {
    interrupts.release();
  }
  const { config } = prepared;
  const say = (text: string) => {
    if (options.json !== true) terminal.out(text);
  };
  say(`\n${resultText(result)}\n`);
  if (isTable) say(`${assessmentText(result)}\n\n`);
  if ('exempt' in config.failUnder) say(`Exempt from the quality gate: ${config.failUnder.exempt}\n`);
  const wanted = options.report ?? (isTable ? join('runs', `${config.name}-${config.version}`) : undefined);
  const report = wanted === undefined ? undefined : await writeReport(wanted, prepared, result, date);
  if (report !== undefined) say(`Report written to ${report}\n`);
  const { heldOut, shortfalls, contents } = result;
  if (contents === undefined) {
    if (options.json) terminal.out(documentOf({ report, heldOut, shortfalls }));
    terminal.err(`error: ${shortfalls.join(' ')} No package was written.\n`);
    return EXIT.qualityGate;
  }
  const models = options.out ?? options.models;
  const folder = await writePackage(models, contents);
  const { assessment, baselines, crossValidation } = result;
  if (options.json)
    terminal.out(documentOf({ package: folder, report, heldOut, crossValidation, assessment, baselines }));
  say(`Package written to ${folder}\nNext: npm start\n`);
  return options.serve ? serve(models, config.name) : EXIT.ok;
}

function documentOf(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

async function prepareNamed(model: string, options: TrainOptions): Promise<Prepared> {
  const config = await loadTrainingConfig(options.models, model);
  const { dataset } = config;
  const found = typeof dataset === 'string' ? datasetNamed(dataset) : (await datasetOfTable(config, dataset))[0];
  return { config, dataset: found, profiles: [], warnings: [], trials: [] };
}

/** Resolves to the page. */
async function writeReport(folder: string, prepared: Prepared, result: TrainingResult, date: Date): Promise<string> {
  const rows = prepared.dataset.rows().length;
  await mkdir(folder, { recursive: true });
  for (const [name, content] of reportFiles({ ...prepared, result, date, rows })) {
    await writeFile(join(folder, name), content);
  }
  return join(folder, 'report.html');
}

/** The service as a process of its own, until it ends. Ctrl-C reaches it too, and it ends as it always does. */
async function serve(models: string, name: string): Promise<number> {
  const env = environmentWith({ MODELS_DIR: resolve(models), DEFAULT_MODEL: name });
  const child = spawn(process.execPath, [SERVICE], { stdio: 'inherit', env });
  const forward = (signal: NodeJS.Signals) => void child.kill(signal);
  process.on('SIGINT', forward).on('SIGTERM', forward);
  const [code] = (await once(child, 'exit')) as [number | null];
  process.off('SIGINT', forward).off('SIGTERM', forward);
  return code ?? EXIT.failure;
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
