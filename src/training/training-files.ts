import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rcompare, valid } from 'semver';
import { nearest } from '../encoding/nearest.js';
import { MODEL_NAME } from '../model/package/manifest.js';
import type { TableSource } from './table/table-source.js';
import { parseTrainingConfig, type TrainingConfig } from './training-config.js';
import { TrainingError, UnknownModelError } from './training-error.js';

/** `<models>/<name>/training/<version>.json`; no version has that name, so it is never taken for a package. */
const TRAINING_FOLDER = 'training';
const EXTENSION = '.json';

/**
 * Reads how `model` is trained: `<name>` stands for the newest version that has a file, `<name>@<version>` for that one.
 * Refuses with a message that names the file, the field and the fix.
 */
export async function loadTrainingConfig(modelsDir: string, model: string): Promise<TrainingConfig> {
  const [name, wanted] = split(model);
  const versions = MODEL_NAME.test(name) ? await versionsOf(modelsDir, name) : [];
  const [newest] = versions;
  if (newest === undefined) throw await unknownModel(modelsDir, name);
  const version = wanted ?? newest;
  if (!versions.includes(version)) throw unknownVersion(name, version, versions);
  const path = trainingFilePath(modelsDir, name, version);
  const config = parseTrainingConfig(path, await readFile(path, 'utf8'));
  if (config.name !== name) {
    throw new TrainingError(`${path}: name: is "${config.name}", but its folder says "${name}"; make them equal`);
  }
  if (config.version !== version) {
    throw new TrainingError(
      `${path}: version: is "${config.version}", but the file is called "${version}"; make them equal`,
    );
  }
  return config;
}

/** How the table was read that a version was trained on; undefined where that is not known. */
export async function trainingSource(
  modelsDir: string,
  { name, version }: Pick<TrainingConfig, 'name' | 'version'>,
): Promise<TableSource | undefined> {
  const path = trainingFilePath(modelsDir, name, version);
  const content = await readFile(path, 'utf8').catch(() => undefined);
  if (content === undefined) return undefined;
  const { dataset } = parseTrainingConfig(path, content);
  return typeof dataset === 'string' ? undefined : dataset;
}

/** Where the training file of a version is. */
export function trainingFilePath(modelsDir: string, name: string, version: string): string {
  return join(modelsDir, name, TRAINING_FOLDER, version + EXTENSION);
}

/** Where a run of that version writes down how far it has come. */
export function checkpointPath(modelsDir: string, name: string, version: string): string {
  return join(modelsDir, name, TRAINING_FOLDER, `${version}.checkpoint`);
}

function split(model: string): [name: string, version?: string] {
  const at = model.indexOf('@');
  return at === -1 ? [model] : [model.slice(0, at), model.slice(at + 1)];
}

/** The versions that say how they are trained, the newest first. */
async function versionsOf(modelsDir: string, name: string): Promise<string[]> {
  const files = await readdir(join(modelsDir, name, TRAINING_FOLDER)).catch((): string[] => []);
  return files
    .filter((file) => file.endsWith(EXTENSION))
    .map((file) => file.slice(0, -EXTENSION.length))
    .filter((version) => valid(version) === version)
    .sort(rcompare);
}

async function unknownModel(modelsDir: string, name: string): Promise<UnknownModelError> {
  const known = await trainableModels(modelsDir);
  const close = nearest(name, known);
  const list =
    known.length === 0
      ? `no folder there has ${TRAINING_FOLDER}/<version>${EXTENSION}`
      : `there is ${known.join(', ')}`;
  const hint = close === undefined ? list : `did you mean "${close}"?`;
  return new UnknownModelError(`There is no model ${JSON.stringify(name)} to train in ${modelsDir}; ${hint}`);
}

function unknownVersion(name: string, version: string, versions: readonly string[]): UnknownModelError {
  const known = versions.map((other) => `${name}@${other}`).join(', ');
  return new UnknownModelError(`There is no version ${JSON.stringify(version)} of ${name} to train; there is ${known}`);
}

async function trainableModels(modelsDir: string): Promise<string[]> {
  const folders = await readdir(modelsDir, { withFileTypes: true }).catch(() => []);
  const names = folders.filter((folder) => folder.isDirectory()).map(({ name }) => name);
  const versions = await Promise.all(names.map((name) => versionsOf(modelsDir, name)));
  return names.filter((_, index) => versions[index]?.length).sort();
}
