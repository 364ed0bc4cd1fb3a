import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { TensornestError } from '../../core/errors.js';
import type { PackageRef } from '../../core/ports/model-store.js';
import { sha256 } from '../package/integrity.js';
import { MANIFEST_FILE } from '../package/manifest.js';
import { type ModelPackage, type ReadOptions, readPackage } from '../package/reader.js';
import { TARBALL_LIMITS, type TarballLimits, unpackTarball } from '../package/tarball-reader.js';
import { makeStagingFolder, toUnwritable } from './staging-folder.js';

export interface StageOptions extends ReadOptions {
  readonly limits?: TarballLimits;
  /** What the tarball must hold; null takes whatever it says it is. */
  readonly expected?: PackageRef | null;
}

/** A sound package beside its place in the models folder. Call either `install` or `discard`. */
export interface Staged {
  readonly ref: PackageRef;
  readonly contents: ModelPackage;
  /**
   * Moves the package to `<MODELS_DIR>/<name>/<version>` by one rename. The same package there already is left as it
   * is; a damaged copy of it is replaced. Refuses with `version-exists` when another package has that version.
   */
  install(): Promise<PackageRef>;
  /** Removes the package. Harmless after `install`. */
  discard(): Promise<void>;
}

/**
 * Unpacks a model package's tarball below the models folder and checks it whole, as the service will: limits, layout,
 * digests, and the signature where one is required. Whatever fails, nothing stays behind. Rejects with a
 * `TensornestError` whose code is a `PackageFault` or `models-dir-unwritable`, or with the error of `source`.
 */
export async function stageTarball(modelsDir: string, source: Readable, options: StageOptions = {}): Promise<Staged> {
  const folder = await makeStagingFolder(modelsDir);
  const discard = () => rm(folder, { recursive: true, force: true });
  try {
    const ref = await unpackTarball(source, folder, options.limits ?? TARBALL_LIMITS);
    assertExpected(ref, options.expected ?? null);
    const contents = await readPackage(folder, ref, options);
    return { ref, contents, install: () => install(modelsDir, folder, ref, contents.digest, options), discard };
  } catch (error) {
    await discard();
    throw toUnwritable(error);
  }
}

function assertExpected(ref: PackageRef, expected: PackageRef | null): void {
  if (expected === null || (ref.name === expected.name && ref.version === expected.version)) return;
  throw new TensornestError(
    'tarball-layout',
    `The tarball holds ${ref.name} ${ref.version}, but ${expected.name} ${expected.version} was expected.`,
  );
}

async function install(
  modelsDir: string,
  staged: string,
  ref: PackageRef,
  digest: string,
  options: ReadOptions,
): Promise<PackageRef> {
  const target = join(modelsDir, ref.name, ref.version);
  try {
    await mkdir(dirname(target), { recursive: true });
    if (await moved(staged, target)) return ref;
    await assertSame(target, ref, digest);
    const sound = await readPackage(target, ref, options).then(
      () => true,
      () => false,
    );
    if (!sound) await replace(modelsDir, staged, target);
    return ref;
  } catch (error) {
    throw toUnwritable(error);
  } finally {
    await rm(staged, { recursive: true, force: true });
  }
}

/** Whether the rename was done; not when something is at `target`, which nobody else can get between. */
async function moved(staged: string, target: string): Promise<boolean> {
  try {
    await rename(staged, target);
    return true;
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

async function assertSame(target: string, { name, version }: PackageRef, digest: string): Promise<void> {
  const manifest = await readFile(join(target, MANIFEST_FILE)).catch(() => undefined);
  if (manifest !== undefined && `sha256:${sha256(manifest)}` === digest) return;
  throw new TensornestError(
    'version-exists',
    `There is another package of ${name} ${version} already, and a version never changes: give the new one a new version.`,
  );
}

/** Puts a sound package in the place of a damaged one. */
async function replace(modelsDir: string, staged: string, target: string): Promise<void> {
  const aside = await makeStagingFolder(modelsDir);
  try {
    await rename(target, aside);
    await rename(staged, target);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}
