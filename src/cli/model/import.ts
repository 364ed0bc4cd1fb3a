import { InvalidArgumentError, Option } from 'commander';
import { OUTPUT_KINDS } from '../../training/imported/judge-output.js';
import { EXIT } from '../exit.js';
import type { ModelCommand } from './command.js';
import {
  type ColumnWord,
  type ImportWords,
  nameFault,
  parseColumn,
  parseLabels,
  versionFault,
} from './import-words.js';

const SEED = 1;

const HELP = `
A model that takes rows needs a signature: the file that --signature names, a signature.json beside the model, or --column
and --labels. On a terminal the command asks for what is missing; elsewhere it says all of it and writes nothing.`;

export const importing: ModelCommand = {
  name: 'import',
  examples: [
    'import ./web_model --name churn --licence MIT --signature churn.json --data churn.csv --target left',
    'import ./web_model --name irises --licence MIT --column sepal --column petal --labels setosa,virginica',
    'import ./web_model/model.json --name sentiment --licence Apache-2.0   (no signature: it takes tensors)',
    'import ./penguins.json --name penguins --licence MIT   (exported from scikit-learn as the README shows)',
  ],
  build: (command, run) =>
    command
      .description(
        'Makes a package of a model that was trained elsewhere: of a Keras classifier as tensorflowjs_converter writes it, or of ' +
          'a scikit-learn classifier, exported as the README shows, one that takes rows; of any other TensorFlow.js model one ' +
          'that takes tensors. Nothing is written unless the package does what the model did.',
      )
      .argument('<file>', "TensorFlow.js's model.json or its folder, weights beside it; or an export from scikit-learn")
      .addOption(new Option('--name <name>', 'the name of the package').argParser(checked(nameFault)))
      .addOption(new Option('--model-version <semver>', 'its version (1.0.0)').argParser(checked(versionFault)))
      .option('--licence <spdx>', 'SPDX identifier of the licence of the model')
      .option('--signature <file>', 'columns and classes, as in a manifest; takes the place of what the input says')
      .addOption(
        new Option('--column <name>', 'a column, in the order of the model: name, name=a|b|c or name=low<mid<high')
          .argParser((text: string, before: ColumnWord[]) => [...before, parsed(parseColumn(text))])
          .default([], 'none'),
      )
      .addOption(
        new Option('--labels <a,b,...>', 'the classes, in the order of the answers').argParser((text) =>
          parsed(parseLabels(text)),
        ),
      )
      .option('--data <table>', 'rows that the model was not trained on: they give metrics and distributions')
      .option('--target <column>', 'the column of --data that holds the class')
      .addOption(
        new Option('--output <kind>', 'what the model answers (default: what it looks like)').choices(OUTPUT_KINDS),
      )
      .option('--seed <n>', 'decides the inputs of the golden records that are made up', seedOf, SEED)
      .option('--replace', 'replace a package of that version which is there already')
      .addHelpText('after', HELP)
      .action(
        run(async (context, file: string, words: ImportWords) => {
          // What it needs takes longer to import than the other commands take to run.
          const { importFile } = await import('./import-file.js');
          const { name, version, folder, digest, notes } = await importFile(file, words, context);
          return {
            code: EXIT.ok,
            json: { name, version, folder, digest, notes },
            text: [...notes, `${name} ${version} is in ${folder}`].join('\n'),
          };
        }),
      ),
};

function checked(fault: (text: string) => string | undefined): (text: string) => string {
  return (text) => {
    const why = fault(text);
    if (why === undefined) return text;
    throw new InvalidArgumentError(why);
  };
}

/** What was made of a text, or else why nothing can be. */
function parsed<T extends object>(made: T | string): T {
  if (typeof made !== 'string') return made;
  throw new InvalidArgumentError(made);
}

function seedOf(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 0 to 999999999.');
}
