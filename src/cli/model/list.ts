import type { KeyObject } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { reasonOf } from '../../core/errors.js';
import type { PackageRef } from '../../core/ports/model-store.js';
import { type ModelPackage, readPackage } from '../../model/package/reader.js';
import { LocalFolderStore } from '../../model/store/local-folder.store.js';
import { metric } from '../../training/evaluation-tables.js';
import { textTable } from '../../training/text-tables.js';
import { EXIT, UsageError } from '../exit.js';
import type { ModelCommand } from './command.js';
import { isSigned, sizeOf } from './package-facts.js';
import { bytesText } from './texts.js';

/** A package of the models folder; its facts only when every byte is as the manifest says, and signed where it must be. */
interface Listed extends PackageRef {
  readonly signed: boolean;
  readonly fault: string | null;
  readonly kind?: ModelPackage['kind'];
  readonly bytes?: number;
  /** Only of classifiers that were measured. */
  readonly accuracy?: number;
  readonly macroF1?: number;
  readonly digest?: string;
}

export const list: ModelCommand = {
  name: 'list',
  examples: ['list', 'list --json'],
  build: (command, run) =>
    command.description('Lists the packages of the models folder, damaged ones too.').action(
      run(async ({ config }) => {
        const { dir, requireSignature } = config.models;
        await assertFolder(dir);
        const store = new LocalFolderStore(config);
        const refs = await store.list();
        const models = await Promise.all(refs.map((ref) => look(ref, store.locate(ref), requireSignature)));
        return { code: EXIT.ok, json: { models }, text: asText(models, dir) };
      }),
    ),
};

async function assertFolder(folder: string): Promise<void> {
  const isFolder = await stat(folder).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (!isFolder) throw new UsageError(`There is no folder ${folder}; --models or MODELS_DIR names another one.`);
}

async function look(ref: PackageRef, folder: string, requireSignature: KeyObject | null): Promise<Listed> {
  const signed = await isSigned(folder);
  try {
    const { kind, manifest, digest } = await readPackage(folder, ref, { requireSignature });
    const facts = { ...ref, kind, bytes: sizeOf(manifest), digest, signed, fault: null };
    if (manifest.task === 'tensors') return facts;
    const { heldOut } = manifest.metrics;
    return heldOut === undefined ? facts : { ...facts, accuracy: heldOut.accuracy, macroF1: heldOut.macroF1 };
  } catch (error) {
    return { ...ref, signed, fault: reasonOf(error) };
  }
}

function asText(models: readonly Listed[], folder: string): string {
  if (models.length === 0) return `There is no model in ${folder}.`;
  const body = models.map(({ name, version, bytes, accuracy, macroF1, signed, fault }) => [
    name,
    version,
    bytes === undefined ? '-' : bytesText(bytes),
    ...[accuracy, macroF1].map((value) => (value === undefined ? '-' : metric(value))),
    signed ? 'yes' : 'no',
    fault === null ? 'sound' : 'damaged',
  ]);
  const table = textTable([['model', 'version', 'size', 'accuracy', 'macro-F1', 'signed', 'state'], ...body]);
  const faults = models.filter(({ fault }) => fault !== null);
  return [table, ...faults.map(({ name, version, fault }) => `${name}@${version}: ${fault}`)].join('\n');
}
