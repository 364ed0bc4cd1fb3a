import { type Command, Option } from 'commander';
import { ROW_FORMATS, STANDARD } from '../rows/row-format.js';
import { type ModelCommand, PACKAGE_ARGUMENT } from './command.js';
import type { PredictOptions } from './predict-file.js';

export const predict: ModelCommand = {
  name: 'predict',
  examples: [
    'predict car-evaluation -i rows.csv',
    'predict car-evaluation@^2 -i rows.jsonl -o answers.csv',
    'predict ./models/car-evaluation/2.0.0 -i - --input-format csv',
  ],
  build: (command, run) =>
    describe(command).action(
      // What it needs takes longer to import than the other commands take to run.
      run(async (context, name: string, options: PredictOptions) => {
        const { predictFile } = await import('./predict-file.js');
        return predictFile(context, name, options);
      }),
    ),
};

function describe(command: Command): Command {
  return command
    .description('Predicts the rows of a file as the service does. Ends with 1 when it refused any of them.')
    .argument('<package>', PACKAGE_ARGUMENT)
    .requiredOption('-i, --input <file>', 'rows: .csv with a line of column names, .jsonl, or - for standard input')
    .option('-o, --output <file>', 'where the answers go (default: standard output)', STANDARD)
    .addOption(formatOption('--input-format <format>', 'the format of the rows (default: as the ending says)'))
    .addOption(formatOption('--format <format>', 'the format of the answers (default: as the ending says, or jsonl)'))
    .option('--ignore-unknown', 'pass over columns and fields that are no feature of the model');
}

function formatOption(flags: string, description: string): Option {
  return new Option(flags, description).choices(ROW_FORMATS);
}
