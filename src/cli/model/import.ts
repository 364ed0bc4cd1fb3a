import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { ModelNameSchema, VersionSchema } from '../../model/package/manifest.js';
import { BACKENDS } from '../../runtime/backends/index.js';
import { EXIT, UsageError } from '../exit.js';
import type { ModelCommand } from './command.js';
import { openPackage } from './find-package.js';
import type { ImportOptions } from './import-model.js';
import { withSlot } from './run-slot.js';

const SEED = 1;
const FIRST_VERSION = '1.0.0';

export const importing: ModelCommand = {
  name: 'import',
  examples: [
    'import ./web_model/model.json --name sentiment --licence Apache-2.0',
    'import ./web_model/model.json --name sentiment --model-version 2.0.0 --licence MIT --replace',
  ],
  build: (command, run) =>
    command
      .description(
        'Makes a package of tensors from any TensorFlow.js model. Its golden records are what the model answers now ' +
          'to inputs drawn with --seed, so a copy that answers otherwise is never served.',
      )
      .argument('<model.json>', 'the model; its weights are where it says')
      .addOption(new Option('--name <name>', 'the name of the package').argParser(nameOf).makeOptionMandatory())
      .addOption(new Option('--model-version <semver>', 'its version').argParser(versionOf).default(FIRST_VERSION))
      .requiredOption('--licence <spdx>', 'SPDX identifier of the licence of the model')
      .option('--seed <n>', 'decides the inputs of the golden records', seedOf, SEED)
      .option('--replace', 'replace a package of that version which is there already')
      .action(
        run(async ({ config }, file: string, words: Words) => {
          const { name, modelVersion: version, licence, seed, replace = false } = words;
          const { dir } = config.models;
          if (!replace) await assertAbsent(join(dir, name, version), name, version);
          const folder = await importFile(file, dir, { name, version, licence, seed });
          // It is as good as served: every digest, shape and golden record was tried.
          const { found } = await openPackage(folder, config);
          await withSlot(found, config, () => Promise.resolve());
          const { digest } = found;
          return {
            code: EXIT.ok,
            json: { name, version, folder, digest },
            text: `${name} ${version} is in ${folder}`,
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

async function importFile(file: string, dir: string, options: ImportOptions): Promise<string> {
  await access(file).catch(() => {
    throw new UsageError(`There is no file "${file}".`);
  });
  const { importModel } = await import('./import-model.js');
  const backend = await BACKENDS.wasm();
  try {
    return await importModel(file, dir, options, backend);
  } finally {
    await backend.close();
  }
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
