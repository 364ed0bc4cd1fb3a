import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { TensornestError } from '../../core/errors.js';
import type { PackageFile } from './manifest.js';

/** Read and hashed at once, in bytes; requests are answered in between. */
const PIECE = 1_048_576;
/** NOTE: O_NOFOLLOW refuses a link that took the file's place just now; O_NONBLOCK does not wait for a pipe's other end. */
const READ_THE_FILE_ITSELF = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const URL_SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

/** SHA-256 of `bytes`, as 64 lower-case hexadecimal digits. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Whether `text` points to another place, such as `https://example.com/weights.bin`. */
export function isRemote(text: string): boolean {
  return URL_SCHEME.test(text);
}

/**
 * Refuses a path that could leave the package: a URL, an absolute one, or one with an empty, `.` or `..` step, a backslash
 * or a NUL. Paths come from files that somebody else wrote.
 */
export function assertConfined(path: string): void {
  const shown = JSON.stringify(path);
  if (isRemote(path)) throw new TensornestError('path-remote', `${shown}: a package holds all of its files itself.`);
  if (isAbsolute(path)) throw new TensornestError('path-absolute', `${shown}: the path must stay inside the package.`);
  const leaves = path.split('/').some((step) => step === '' || step === '.' || step === '..');
  if (leaves || path.includes('\\') || path.includes('\0')) {
    throw new TensornestError('path-not-confined', `${shown}: the path must stay inside the package.`);
  }
}

/** The bytes of one listed file: a regular file, reached through no symbolic link, with the listed size and digest. */
export async function readListed(folder: string, { path, bytes, sha256: expected }: PackageFile): Promise<Buffer> {
  assertConfined(path);
  await assertNoLinks(folder, path);
  const { content, digest } = await read(folder, path, (size) => {
    if (size === bytes) return;
    const fault = size < bytes ? 'file-truncated' : 'digest-mismatch';
    throw new TensornestError(fault, `${path}: has ${size} bytes, the manifest says ${bytes}.`);
  });
  if (digest !== expected) {
    throw new TensornestError('digest-mismatch', `${path}: its SHA-256 is ${digest}, the manifest says ${expected}.`);
  }
  return content;
}

/** The bytes of a regular file of the package, of `maxBytes` at most. */
export async function readRegular(folder: string, path: string, maxBytes = Infinity): Promise<Buffer> {
  const { content } = await read(folder, path, (size) => {
    if (size <= maxBytes) return;
    throw new TensornestError('package-too-large', `${path}: has ${size} bytes, of ${maxBytes} at most.`);
  });
  return content;
}

/** Reads nothing before `check` has accepted the size. */
async function read(folder: string, path: string, check: (size: number) => void) {
  const file = await openRegular(folder, path);
  try {
    const { size } = await file.stat();
    check(size);
    const content = Buffer.allocUnsafeSlow(size);
    const hash = createHash('sha256');
    for (let at = 0; at < size;) {
      const { bytesRead } = await file.read(content, at, Math.min(PIECE, size - at));
      if (bytesRead === 0) throw new TensornestError('file-truncated', `${path}: became shorter while it was read.`);
      hash.update(content.subarray(at, at + bytesRead));
      at += bytesRead;
    }
    return { content, digest: hash.digest('hex') };
  } finally {
    await file.close();
  }
}

async function openRegular(folder: string, path: string): Promise<FileHandle> {
  let file: FileHandle;
  try {
    file = await open(join(folder, path), READ_THE_FILE_ITSELF);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ELOOP') throw symlink(path);
    if (code === 'ENXIO') throw irregular(path);
    if (code !== 'ENOENT' && code !== 'ENOTDIR') {
      throw new TensornestError('file-missing', `${path}: the file cannot be read (${code}).`, { cause });
    }
    throw new TensornestError('file-missing', `${path}: the file is missing.`);
  }
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw irregular(path);
}

function symlink(path: string): TensornestError {
  return new TensornestError('path-symlink', `${path}: symbolic links are not allowed in a package.`);
}

function irregular(path: string): TensornestError {
  return new TensornestError('file-irregular', `${path}: is not a regular file.`);
}

async function assertNoLinks(folder: string, path: string): Promise<void> {
  const steps = path.split('/');
  for (let depth = 1; depth < steps.length; depth += 1) {
    const part = steps.slice(0, depth).join('/');
    const stats = await lstat(join(folder, part)).catch(() => undefined);
    if (stats?.isSymbolicLink()) throw symlink(part);
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
