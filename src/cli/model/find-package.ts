import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { maxSatisfying, validRange } from 'semver';
import type { AppConfig } from '../../core/app-config.js';
import { TensornestError } from '../../core/errors.js';
import type { PackageRef } from '../../core/ports/model-store.js';
import { nearest } from '../../encoding/nearest.js';
import { MANIFEST_FILE } from '../../model/package/manifest.js';
import { type ModelPackage, readPackage, type TabularPackage } from '../../model/package/reader.js';
import { LocalFolderStore } from '../../model/store/local-folder.store.js';
import { UsageError } from '../exit.js';

/** A package that the words of a command line name; not yet read, so not yet known to be sound. */
export interface FoundPackage {
  readonly ref: PackageRef;
  readonly folder: string;
}

/**
 * The package that `text` names: a path where it holds a slash or starts with a dot, else a name of the models folder,
 * with an exact version or a semver range after `@`; the newest version that fits. Rejects with a `UsageError` when
 * there is none.
 */
export async function findPackage(text: string, config: AppConfig): Promise<FoundPackage> {
  return /^\.|[/\\]/.test(text) ? findByPath(text) : findByName(text, config);
}

/** Finds the package and checks every byte of it, and its signature where the configuration requires one. */
export async function openPackage(text: string, config: AppConfig): Promise<FoundPackage & { found: ModelPackage }> {
  const { ref, folder } = await findPackage(text, config);
  const { requireSignature } = config.models;
  return { ref, folder, found: await readPackage(folder, ref, { requireSignature }) };
}

/** The same for commands that work with rows. Rejects with a `UsageError` when the package takes tensors. */
export async function openTabularPackage(
  text: string,
  config: AppConfig,
): Promise<FoundPackage & { found: TabularPackage }> {
  const { found, ...rest } = await openPackage(text, config);
  if (found.kind === 'tabular') return { ...rest, found };
  const { name, version } = rest.ref;
  throw new UsageError(`${name} ${version} takes tensors, not rows; this command works with classifiers of rows.`);
}

async function findByPath(path: string): Promise<FoundPackage> {
  const folder = resolve(path);
  const text = await readFile(join(folder, MANIFEST_FILE), 'utf8').catch(() => undefined);
  if (text === undefined) throw new UsageError(`${path}: is no model package: there is no ${MANIFEST_FILE} in it.`);
  return { ref: refIn(text), folder };
}

/** Only what the reader must be told; it checks the rest. */
function refIn(manifest: string): PackageRef {
  let parsed: unknown;
  try {
    parsed = JSON.parse(manifest);
  } catch (cause) {
    throw new TensornestError('manifest-invalid', `${MANIFEST_FILE}: is not valid JSON.`, { cause });
  }
  const { name, version } = (parsed ?? {}) as Partial<Record<string, unknown>>;
  if (typeof name !== 'string' || typeof version !== 'string') {
    throw new TensornestError('manifest-invalid', `${MANIFEST_FILE}: has no name or no version.`);
  }
  return { name, version };
}

async function findByName(text: string, config: AppConfig): Promise<FoundPackage> {
  const at = text.indexOf('@');
  const name = at === -1 ? text : text.slice(0, at);
  const range = at === -1 ? '*' : text.slice(at + 1);
  const store = new LocalFolderStore(config);
  const refs = await store.list();
  const versions = refs.filter((ref) => ref.name === name).map(({ version }) => version);
  if (versions.length === 0) throw new UsageError(unknownName(name, [...new Set(refs.map((ref) => ref.name))], config));
  if (validRange(range) === null) throw new UsageError(`"${range}" is no version and no semver range, such as ^2.`);
  // A pre-release is a version like any other to somebody who asks for the newest one that is there.
  const version = maxSatisfying(versions, range, { includePrerelease: range === '*' });
  if (version === null) {
    throw new UsageError(`There is no version ${range} of "${name}"; there is ${versions.join(', ')}.`);
  }
  const ref = { name, version };
  return { ref, folder: store.locate(ref) };
}

function unknownName(name: string, names: readonly string[], { models }: AppConfig): string {
  if (names.length === 0) return `There is no model in ${models.dir}; --models names another folder.`;
  const close = nearest(name, names);
  const hint = close === undefined ? `there is ${names.join(', ')}` : `did you mean "${close}"?`;
  return `There is no model "${name}" in ${models.dir}; ${hint}`;
}
