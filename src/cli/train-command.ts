import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { reasonOf } from '../core/errors.js';
import { writePackage } from '../model/package/writer.js';
import { BACKENDS } from '../runtime/backends/index.js';
import { datasetNamed } from '../training/datasets/index.js';
import { MAX_SEED } from '../training/random.js';
import { resultText } from '../training/report.js';
import { trainModel } from '../training/train-model.js';
import { MAX_EPOCHS, type TrainingConfig } from '../training/training-config.js';
import { UnknownModelError } from '../training/training-error.js';
import { loadTrainingConfig } from '../training/training-files.js';
import { EXIT } from './exit.js';
import type { Terminal } from './terminal.js';

interface Options {
  readonly models: string;
  readonly out?: string;
  readonly seed?: number;
  readonly epochs?: number;
  readonly failUnder?: number;
  readonly failUnderF1?: number;
  readonly crossValidation: boolean;
}

/** Runs `train` with the words that follow the command's name, and resolves to its exit code. */
export async function train(words: readonly string[], terminal: Terminal): Promise<number> {
  let code: number = EXIT.ok;
  const command = buildCommand(terminal).action(async (model: string, options: Options) => {
    code = await run(model, options, terminal);
  });
  try {
    await command.parseAsync(words, { from: 'user' });
    return code;
  } catch (error) {
    // Commander has already said what is wrong with the words.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    terminal.err(`error: ${reasonOf(error)}\n`);
    return error instanceof UnknownModelError ? EXIT.usage : EXIT.failure;
  }
}

function buildCommand(terminal: Terminal): Command {
  return new Command('train')
    .description('Trains a model, measures it and writes its package.')
    .argument('<model>', 'name of a folder with training files: its newest version, or name@version')
    .option('--models <folder>', 'the models folder', 'models')
    .option('--out <folder>', 'the models folder to write the package to (default: the one given by --models)')
    .addOption(number('--seed <n>', 'decides split, first weights and order of the rows', whole(0, MAX_SEED)))
    .addOption(number('--epochs <n>', 'passes over the training rows', whole(1, MAX_EPOCHS)))
    .addOption(number('--fail-under <accuracy>', 'write no package below this accuracy, from 0 to 1', fraction))
    .addOption(number('--fail-under-f1 <macro-f1>', 'write no package below this macro-F1, from 0 to 1', fraction))
    .option('--no-cross-validation', 'leave out the cross-validation, which takes most of the time')
    .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 wrong usage, 3 not good enough to be packaged.')
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

async function run(model: string, options: Options, terminal: Terminal): Promise<number> {
  const config = withOptions(await loadTrainingConfig(options.models, model), options);
  const dataset = datasetNamed(config.dataset);
  const backend = await BACKENDS.wasm();
  terminal.err(`Training ${config.name} ${config.version} (seed ${config.seed}, ${backend.name} backend)\n`);
  const { crossValidation } = options;
  const { progress } = terminal;
  const result = await trainModel({ config, dataset, backend, crossValidation, progress, date: new Date() });
  terminal.out(`\n${resultText(result)}\n`);
  if ('exempt' in config.failUnder) terminal.out(`Exempt from the quality gate: ${config.failUnder.exempt}\n`);
  if (result.contents === undefined) {
    terminal.err(`error: ${result.shortfalls.join(' ')} No package was written.\n`);
    return EXIT.qualityGate;
  }
  const folder = await writePackage(options.out ?? options.models, result.contents);
  terminal.out(`Package written to ${folder}\nNext: npm start\n`);
  return EXIT.ok;
}

/** What the command line says goes before what the training file says. */
function withOptions(config: TrainingConfig, options: Options): TrainingConfig {
  const { hyperparameters, failUnder } = config;
  return {
    ...config,
    seed: options.seed ?? config.seed,
    hyperparameters: { ...hyperparameters, epochs: options.epochs ?? hyperparameters.epochs },
    failUnder: gated(failUnder, options),
  };
}

/** An exempt model is gated after all by whoever asks for it, in what they ask for. */
function gated(failUnder: TrainingConfig['failUnder'], options: Options): TrainingConfig['failUnder'] {
  if (options.failUnder === undefined && options.failUnderF1 === undefined) return failUnder;
  const { accuracy, macroF1 } = 'exempt' in failUnder ? { accuracy: 0, macroF1: 0 } : failUnder;
  return { accuracy: options.failUnder ?? accuracy, macroF1: options.failUnderF1 ?? macroF1 };
}

function number(flags: string, description: string, parse: (text: string) => number): Option {
  return new Option(flags, `${description} (default: as the training file says)`).argParser(parse);
}

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

function fraction(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('It must be a number from 0 to 1.');
}
