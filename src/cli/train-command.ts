import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CommanderError, type Command } from 'commander';
import { environmentWith } from '../config/environment.js';
import { reasonOf } from '../core/errors.js';
import { writePackage } from '../model/package/writer.js';
import { foundSentence } from '../training/evaluation-tables.js';
import { assessmentText, resultText } from '../training/report.js';
import { errorDocument } from './error-document.js';
import { EXIT, type ExitCode, exitCodeOf } from './exit.js';
import { catchInterrupts } from './interrupts.js';
import { namesTable } from './rows/table-file.js';
import type { Terminal } from './terminal.js';
import type { Trained } from './train/messages.js';
import { TrainFailure } from './train/train-failure.js';
import { trainInThread } from './train/train-thread.js';
import { type TrainOptions, trainWords } from './train-options.js';

const SERVICE = join(import.meta.dirname, '../service/main.js');

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
    if (words.includes('--json')) terminal.out(documentOf({ error: errorDocument(error) }));
    // Commander has already said what is wrong with the words.
    if (error instanceof CommanderError) return EXIT.usage;
    terminal.err(`error: ${reasonOf(error)}\n`);
    return error instanceof TrainFailure ? error.exit : exitCodeOf(error);
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
  const interrupts = catchInterrupts((text) => {
    terminal.err(text);
  });
  try {
    const start = { model, options, date: new Date(), stop: interrupts.flag };
    const trained = await trainInThread(start, terminal, () => {
      interrupts.begun();
    });
    interrupts.writing();
    const code = await write(trained, isTable, options, terminal);
    if (code !== EXIT.ok || options.serve !== true) return code;
    interrupts.release();
    return await serve(options.out ?? options.models, trained.config.name);
  } finally {
    interrupts.release();
  }
}

/** Says what was measured, and writes report and package. */
async function write(
  { config, result, report: files }: Trained,
  isTable: boolean,
  options: TrainOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const say = (text: string) => {
    if (options.json !== true) terminal.out(text);
  };
  say(`\n${resultText(result)}\n`);
  if (isTable) say(`${assessmentText(result)}\n\n`);
  if (result.decision !== undefined) say(`${foundSentence(result.decision, result.heldOut.perClass)}\n`);
  if (result.stopped !== undefined) say(`${result.stopped}\n`);
  if ('exempt' in config.failUnder) say(`Exempt from the quality gate: ${config.failUnder.exempt}\n`);
  const wanted = options.report ?? (isTable ? join('runs', `${config.name}-${config.version}`) : undefined);
  const report = wanted === undefined ? undefined : await writeReport(wanted, files);
  if (report !== undefined) say(`Report written to ${report}\n`);
  const { heldOut, stopped, shortfalls, contents } = result;
  if (contents === undefined) {
    if (options.json) terminal.out(documentOf({ report, heldOut, stopped, shortfalls }));
    terminal.err(`error: ${shortfalls.join(' ')} No package was written.\n`);
    return EXIT.qualityGate;
  }
  const folder = await writePackage(options.out ?? options.models, contents);
  const { assessment, baselines, slices, crossValidation, decision } = result;
  if (options.json)
    terminal.out(
      documentOf({
        package: folder,
        report,
        heldOut,
        stopped,
        crossValidation,
        decision,
        assessment,
        slices,
        baselines,
      }),
    );
  const models = options.out ?? options.models;
  const elsewhere = resolve(models) === resolve('models') ? '' : `MODELS_DIR=${models} `;
  say(`Package written to ${folder}\nNext: ${elsewhere}npm start\n`);
  return EXIT.ok;
}

function documentOf(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Resolves to the page. */
async function writeReport(folder: string, files: ReadonlyMap<string, string>): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const [name, content] of files) await writeFile(join(folder, name), content);
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
