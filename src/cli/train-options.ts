import { Command, InvalidArgumentError, Option } from 'commander';
import type { ThresholdCriterion } from '../model/package/manifest.js';
import { MAX_SEED } from '../training/random.js';
import { MAX_EPOCHS } from '../training/training-config.js';

export interface TrainOptions {
  readonly models: string;
  readonly out?: string;
  readonly seed?: number;
  readonly epochs?: number;
  readonly failUnder?: number;
  readonly failUnderF1?: number;
  readonly crossValidation: boolean;
  readonly report?: string;
  readonly slice: readonly string[];
  readonly resume?: true;
  readonly checkpointEvery: number;
  readonly serve?: true;
  readonly json?: true;
  readonly target?: string;
  readonly name?: string;
  readonly modelVersion: string;
  readonly fresh?: true;
  readonly exclude: readonly string[];
  readonly include: readonly string[];
  readonly categorical: readonly string[];
  readonly sensitive: readonly string[];
  readonly missing: readonly string[];
  readonly ordinal: ReadonlyMap<string, readonly string[]>;
  readonly positive?: string;
  readonly splitColumn?: string;
  readonly group?: string;
  readonly classWeights?: 'balanced';
  /** What it is to make largest, or the threshold itself. */
  readonly threshold?: ThresholdCriterion | number;
}

const HELP = `
Examples:
  train penguins.csv --target species            reads, searches, trains, measures, packages
  train penguins.csv --target species --serve    and serves the model at once
  train loans.tsv --target paid --exclude id --ordinal "grade=low<mid<high" --positive yes
  train car-evaluation                           a model that has a training file

A table's first run writes models/<name>/training/<version>.json. Edit it, and the next run does as it says.
Ctrl-C makes a package of the best so far; twice, it ends at once. --resume goes on from where a run was ended, to the
same weights as without the interruption.

Exit codes: 0 done, also after one Ctrl-C; 1 failed, 2 wrong usage, 3 not good enough to be packaged, 130 ended at once by
Ctrl-C, without a package.`;

/** The words that `train` knows. */
export function trainWords(): Command {
  return new Command('train')
    .description('Trains a model, measures it and writes its package.')
    .argument('<model>', 'a table (.csv, .tsv, .jsonl), or the name or name@version of a model with a training file')
    .option('--models <folder>', 'the models folder', 'models')
    .option('--out <folder>', 'the models folder to write the package to (default: the one given by --models)')
    .addOption(number('--seed <n>', 'decides split, first weights and order of the rows', whole(0, MAX_SEED)))
    .addOption(number('--epochs <n>', 'passes over the training rows', whole(1, MAX_EPOCHS)))
    .addOption(number('--fail-under <accuracy>', 'write no package below this accuracy, from 0 to 1', fraction))
    .addOption(number('--fail-under-f1 <macro-f1>', 'write no package below this macro-F1, from 0 to 1', fraction))
    .option('--no-cross-validation', 'leave out the cross-validation, which takes most of the time')
    .addOption(list('--slice <column>', 'a column by whose values the held-out rows are measured too'))
    .option('--resume', 'go on from where a run with the same data, seed and options was ended')
    .addOption(
      new Option('--checkpoint-every <seconds>', 'what an end at once may lose; 0 is every epoch')
        .argParser(whole(0, 86_400))
        .default(10),
    )
    .option('--report <folder>', 'where the report goes (default for a table: runs/<name>-<version>)')
    .option('--serve', 'start the service with the new model')
    .option('--json', 'write one JSON document to standard output')
    .option('--target <column>', 'of a table: the column that holds the class')
    .option('--name <name>', 'of a table: the name of the model (default: that of the file)')
    .option('--model-version <version>', 'of a table: the version of the model', '1.0.0')
    .option('--fresh', 'of a table: forget its training file and look at the table anew')
    .addOption(list('--exclude <column>', 'a column to leave out'))
    .addOption(list('--include <column>', 'a column to take though it looks like an identifier'))
    .addOption(list('--categorical <column>', 'a column of categories that look like numbers'))
    .addOption(list('--sensitive <column>', 'a column whose values stay out of logs and reports'))
    .addOption(list('--missing <text>', 'a cell that means "not known"'))
    .addOption(
      new Option('--ordinal <column=a<b<c>', 'a column of categories with an order; may be repeated')
        .argParser(ordinal)
        .default(new Map(), 'none'),
    )
    .option('--positive <class>', 'of two classes, the one of interest (default: the rarer one)')
    .addOption(
      new Option(
        '--threshold <how>',
        'of two classes: the probability from which the one of interest is answered: "balanced" or "f1" chooses the one ' +
          'with the highest balanced accuracy or F1, on rows that the network has not learnt from, where that helps; a ' +
          'number is taken as it is, 0.5 is the likeliest class (default: balanced)',
      ).argParser(threshold),
    )
    .option('--split-column <column>', 'the column that says "test" where a row is to be held out')
    .option('--group <column>', 'rows with the same value of this column are never parted')
    .addOption(
      new Option('--class-weights <how>', 'make rare classes count as much as frequent ones').choices(['balanced']),
    )
    .addHelpText('after', HELP);
}

/** The options that say how a table is read, of those that were given. */
export function schemaWords(options: TrainOptions): string[] {
  const lists = ['exclude', 'include', 'categorical', 'sensitive', 'missing'] as const;
  const texts = ['positive', 'threshold', 'splitColumn', 'group', 'classWeights'] as const;
  return [
    ...lists.filter((name) => options[name].length > 0),
    ...texts.filter((name) => options[name] !== undefined),
    ...(options.ordinal.size > 0 ? ['ordinal'] : []),
  ].map((name) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
}

function list(flags: string, description: string): Option {
  return new Option(flags, `${description}; may be repeated`)
    .argParser((text: string, before: string[]) => [...before, text])
    .default([], 'none');
}

function ordinal(text: string, before: ReadonlyMap<string, string[]>): Map<string, string[]> {
  const at = text.indexOf('=');
  const values = text.slice(at + 1).split('<');
  if (at < 1 || values.length < 2 || new Set(values).size < values.length || values.includes('')) {
    throw new InvalidArgumentError('It must be a column and its values in their order, such as "size=S<M<L".');
  }
  return new Map(before).set(text.slice(0, at), values);
}

const CRITERIA: ReadonlyMap<string, ThresholdCriterion> = new Map([
  ['balanced', 'balanced-accuracy'],
  ['f1', 'f1'],
]);

function threshold(text: string): ThresholdCriterion | number {
  const criterion = CRITERIA.get(text);
  if (criterion !== undefined) return criterion;
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value < 1) return value;
  throw new InvalidArgumentError('It must be "balanced", "f1" or a number between 0 and 1.');
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
