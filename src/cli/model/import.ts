import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { ModelNameSchema, VersionSchema } from '../../model/package/manifest.js';
import { EXIT, UsageError } from '../exit.js';
import type { ModelCommand } from './command.js';

const SEED = 1;
const FIRST_VERSION = '1.0.0';

export const importing: ModelCommand = {
  name: 'import',
  examples: [
    'import ./web_model/model.json --name sentiment --licence Apache-2.0',
    'import ./web_model/model.json --name sentiment --model-version 2.0.0 --licence MIT --replace',
    'import ./penguins.json --name penguins --licence MIT   (exported from scikit-learn as the README shows)',
  ],
  build: (command, run) =>
    command
      .description(
        'Makes a package of a model that was trained elsewhere: of any TensorFlow.js model one that takes tensors, of a ' +
          'scikit-learn classifier, exported as the README shows, one that takes rows. Nothing is written unless the ' +
          'package does what the model did.',
      )
      .argument('<file>', "TensorFlow.js's model.json, its weights where it says; or an export from scikit-learn")
      .addOption(new Option('--name <name>', 'the name of the package').argParser(nameOf).makeOptionMandatory())
      .addOption(new Option('--model-version <semver>', 'its version').argParser(versionOf).default(FIRST_VERSION))
      .requiredOption('--licence <spdx>', 'SPDX identifier of the licence of the model')
      .option('--seed <n>', 'decides the inputs of the golden records of a package that takes tensors', seedOf, SEED)
      .option('--replace', 'replace a package of that version which is there already')
      .action(
        run(async ({ config }, file: string, words: Words) => {
          const { name, modelVersion: version, replace = false } = words;
          if (!replace) await assertAbsent(join(config.models.dir, name, version), name, version);
          // What it needs takes longer to import than the other commands take to run.
          const { importFile } = await import('./import-file.js');
          const { folder, digest, notes } = await importFile(file, { ...words, version }, config);
          return {
            code: EXIT.ok,
            json: { name, version, folder, digest, notes },
            text: [...notes, `${name} ${version} is in ${folder}`].join('\n'),
          };
        }),
      ),
};

interface Words {
  readonly name: string;
  readonly modelVersion: string;
  readonly licence: string;
  readonly seed: number;
  readonly replace?: boolean;
}

async function assertAbsent(folder: string, name: string, version: string): Promise<void> {
  const there = await access(folder).then(
    () => true,
    () => false,
  );
  if (!there) return;
  throw new UsageError(
    `There is a package ${name} ${version} already; give another --model-version, or --replace to replace it.`,
  );
}

function nameOf(text: string): string {
  if (ModelNameSchema.safeParse(text).success) return text;
  throw new InvalidArgumentError('It must be lower-case letters, digits, ".", "_" or "-", 64 at most.');
}

function versionOf(text: string): string {
  if (VersionSchema.safeParse(text).success) return text;
  throw new InvalidArgumentError('It must be a semantic version, such as 1.0.0.');
}

function seedOf(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 0 to 999999999.');
}
