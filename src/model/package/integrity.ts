import { createHash } from 'node:crypto';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { TensornestError } from '../../core/errors.js';
import type { PackageFile } from './manifest.js';

/** SHA-256 of `bytes`, as 64 lower-case hexadecimal digits. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * Refuses a path that could leave the package: absolute, with an empty, `.` or `..` step, a backslash or a NUL. Paths
 * come from files that somebody else wrote.
 */
export function assertConfined(path: string): void {
  const steps = path.split('/');
  const leaves = isAbsolute(path) || steps.some((step) => step === '' || step === '.' || step === '..');
  if (leaves || path.includes('\\') || path.includes('\0')) {
    throw new TensornestError('path-not-confined', `${JSON.stringify(path)}: the path must stay inside the package.`);
  }
}

/** The bytes of one listed file: a regular file, reached through no symbolic link, with the listed size and digest. */
export async function readListed(folder: string, { path, bytes, sha256: expected }: PackageFile): Promise<Buffer> {
  assertConfined(path);
  await assertNoLinks(folder, path);
  const content = await readRegular(folder, path);
  if (content.byteLength !== bytes) {
    throw new TensornestError(
      'digest-mismatch',
      `${path}: has ${content.byteLength} bytes, the manifest says ${bytes}.`,
    );
  }
  const actual = sha256(content);
  if (actual !== expected) {
    throw new TensornestError('digest-mismatch', `${path}: its SHA-256 is ${actual}, the manifest says ${expected}.`);
  }
  return content;
}

/** The bytes of a regular file of the package. */
export async function readRegular(folder: string, path: string): Promise<Buffer> {
  const stats = await lstat(join(folder, path)).catch(() => undefined);
  if (stats === undefined) throw new TensornestError('file-missing', `${path}: the file is missing.`);
  if (!stats.isFile()) throw new TensornestError('path-not-confined', `${path}: is not a regular file.`);
  return readFile(join(folder, path));
}

async function assertNoLinks(folder: string, path: string): Promise<void> {
  const steps = path.split('/');
  for (let depth = 1; depth < steps.length; depth += 1) {
    const part = steps.slice(0, depth).join('/');
    const stats = await lstat(join(folder, part)).catch(() => undefined);
    if (stats?.isSymbolicLink()) {
      throw new TensornestError('path-not-confined', `${part}: symbolic links are not allowed in a package.`);
    }
  }
}

/** Refuses a folder that holds anything which `listed` does not name: what is not digested must not be there. */
export async function assertNothingElse(folder: string, listed: readonly string[]): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const known = new Set(listed.map((path) => join(folder, path)));
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isDirectory() && !known.has(path)) {
      const shown = path.slice(folder.length + 1);
      throw new TensornestError('file-unlisted', `${shown}: the file is not listed in the manifest.`);
    }
  }
}
