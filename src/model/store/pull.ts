import { createReadStream } from 'node:fs';
import { access, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PackageRef } from '../../core/ports/model-store.js';
import { TARBALL_LIMITS } from '../package/tarball-reader.js';
import { MANIFEST_FILE } from '../package/manifest.js';
import { readPackage } from '../package/reader.js';
import type { ModelSpec } from './model-spec.js';
import type { NpmRegistry, Release } from './npm-registry.js';
import { stageTarball, type StageOptions } from './staging.js';
import { makeStagingFolder, toUnwritable } from './staging-folder.js';

/** A package that was pulled. */
export interface Pulled {
  readonly ref: PackageRef;
  /** Whether it was in the models folder already, so that nothing was downloaded. */
  readonly present: boolean;
}

/**
 * Brings the model that `spec` names from the registry into the models folder: npm's checksum is checked first, then
 * the package as `stageTarball` does. A sound package that is there already is not downloaded again.
 */
export async function pull(
  registry: NpmRegistry,
  spec: ModelSpec,
  modelsDir: string,
  options: StageOptions = {},
): Promise<Pulled> {
  const release = await registry.resolve(spec);
  const { ref } = release;
  if (await isSound(join(modelsDir, ref.name, ref.version), ref, options)) return { ref, present: true };
  await fetchInto(registry, release, modelsDir, options);
  return { ref, present: false };
}

async function isSound(folder: string, ref: PackageRef, options: StageOptions): Promise<boolean> {
  const there = await access(join(folder, MANIFEST_FILE)).then(
    () => true,
    () => false,
  );
  if (!there) return false;
  return readPackage(folder, ref, options).then(
    () => true,
    () => false,
  );
}

async function fetchInto(
  registry: NpmRegistry,
  release: Release,
  modelsDir: string,
  options: StageOptions,
): Promise<void> {
  const { packedBytes } = options.limits ?? TARBALL_LIMITS;
  const folder = await makeStagingFolder(modelsDir);
  try {
    const file = join(folder, 'package.tgz');
    await registry.download(release, file, packedBytes);
    await installFile(file, release, modelsDir, options);
  } catch (error) {
    throw toUnwritable(error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function installFile(file: string, { ref }: Release, modelsDir: string, options: StageOptions): Promise<void> {
  const source = createReadStream(file);
  try {
    await (await stageTarball(modelsDir, source, { ...options, expected: ref })).install();
  } finally {
    source.destroy();
  }
}
