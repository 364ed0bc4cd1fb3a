import type { KeyObject } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TensornestError } from '../../core/errors.js';
import type { PackageRef } from '../../core/ports/model-store.js';
import { readRegular, sha256 } from './integrity.js';
import { MANIFEST_FILE } from './manifest.js';
import { readPackage } from './reader.js';
import { createSignature, SIGNATURE_FILE } from './signature-file.js';

/**
 * Signs the package in `folder`, which must be the one that `ref` names and sound, and replaces a signature that is
 * there. The signature covers the manifest and every file that it lists; `readPackage` with `requireSignature` checks it.
 *
 * @param privateKey an Ed25519 key.
 */
export async function signPackage(folder: string, ref: PackageRef, privateKey: KeyObject): Promise<void> {
  const { manifest } = await readPackage(folder, ref);
  if (manifest.files.some(({ path }) => path === SIGNATURE_FILE)) {
    throw new TensornestError('manifest-invalid', `${MANIFEST_FILE}: must not list ${SIGNATURE_FILE}, which signs it.`);
  }
  const digests = new Map(manifest.files.map((file) => [file.path, file.sha256]));
  digests.set(MANIFEST_FILE, sha256(await readRegular(folder, MANIFEST_FILE)));
  await replaceFile(join(folder, SIGNATURE_FILE), createSignature(ref, digests, privateKey));
}

/** By a rename from outside the package, in which nothing but its own files may ever be seen. */
async function replaceFile(path: string, content: string): Promise<void> {
  const staging = await mkdtemp(join(dirname(dirname(path)), '.staging-'));
  try {
    const staged = join(staging, SIGNATURE_FILE);
    await writeFile(staged, content, { flush: true });
    await rename(staged, path);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}
