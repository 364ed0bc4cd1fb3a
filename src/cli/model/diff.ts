import { type Command, InvalidArgumentError, Option } from 'commander';
import { ROW_FORMATS } from '../rows/row-format.js';
import { type ModelCommand, PACKAGE_ARGUMENT } from './command.js';
import type { DiffOptions } from './diff-packages.js';

const EXAMPLES = 10;

export const diff: ModelCommand = {
  name: 'diff',
  examples: [
    'diff car-evaluation@1.0.0 car-evaluation@2.0.0',
    'diff penguins@1.0.0 ./candidate --data rows.csv --examples 3',
  ],
  build: (command, run) =>
    describe(command).action(
      // What it needs takes longer to import than the other commands take to run.
      run(async (context, before: string, after: string, options: DiffOptions) => {
        const { diffPackages } = await import('./diff-packages.js');
        return diffPackages(context, before, after, options);
      }),
    ),
};

function describe(command: Command): Command {
  return command
    .description(
      'Compares two packages: their metrics, and which inputs change class. Takes all inputs where the signature has ' +
        'finitely many, else the golden inputs of both, or the rows of --data.',
    )
    .argument('<before>', PACKAGE_ARGUMENT)
    .argument('<after>', 'the package to compare with it')
    .option('--data <file>', 'compare on these rows: .csv with a line of column names, .jsonl, or - for standard input')
    .addOption(
      new Option('--input-format <format>', 'the format of --data (default: as the ending says)').choices(ROW_FORMATS),
    )
    .option('--ignore-unknown', 'pass over columns and fields of --data that are no feature of the models')
    .option('--examples <n>', 'most inputs to show that change class', count, EXAMPLES);
}

function count(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 0 to 999999.');
}
