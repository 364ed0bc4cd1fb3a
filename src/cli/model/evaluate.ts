import { InvalidArgumentError } from 'commander';
import { type ModelCommand, PACKAGE_ARGUMENT } from './command.js';
import type { EvaluateOptions } from './evaluate-file.js';

export const evaluate: ModelCommand = {
  name: 'evaluate',
  examples: [
    'evaluate penguins penguins.csv --slice Sex',
    'evaluate car-evaluation@^2 cars.csv --target class --json',
    'evaluate ./candidate rows.jsonl --target paid --fail-under 0.9',
  ],
  build: (command, run) =>
    command
      .description(
        'Measures a package on rows whose class is known, through the encoder that serves it. What the signature refuses ' +
          'is counted and left out. Ends with 3 below --fail-under.',
      )
      .argument('<package>', PACKAGE_ARGUMENT)
      .argument('<file>', 'a table: .csv, .tsv or .jsonl')
      .option('--target <column>', 'the column that holds the class (default: that of the training file)')
      .option(
        '--slice <column>',
        'measure each value of this column, or quarter of its range; may be repeated',
        more,
        [],
      )
      .option('--fail-under <accuracy>', 'end with 3 below this accuracy, from 0 to 1', fraction, 0)
      .option('--fail-under-f1 <macro-f1>', 'end with 3 below this macro-F1, from 0 to 1', fraction, 0)
      .action(
        // What it needs takes longer to import than the other commands take to run.
        run(async (context, name: string, file: string, options: EvaluateOptions) => {
          const { evaluateFile } = await import('./evaluate-file.js');
          return evaluateFile(context, name, file, options);
        }),
      ),
};

function more(text: string, before: readonly string[]): string[] {
  return [...before, text];
}

function fraction(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('It must be a number from 0 to 1.');
}
