import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Extract, type Header } from 'tar-stream';
import { type PackageFault, TensornestError } from '../../core/errors.js';
import type { PackageRef } from '../../core/ports/model-store.js';
import { assertConfined } from './integrity.js';
import { MODEL_FOLDER, PACKAGE_JSON, parsePackageJson, TARBALL_ROOT } from './tarball-layout.js';

/** A file or folder of the archive. Its stream gives bytes, which tar-stream's types leave open. */
interface Entry {
  readonly header: Header;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** How much a tarball may be and hold. */
export interface TarballLimits {
  /** Most bytes of the tarball itself. */
  readonly packedBytes: number;
  /** Most bytes of the archive in it. */
  readonly unpackedBytes: number;
  /** Most files and folders. */
  readonly files: number;
  /** Most unpacked bytes for one packed byte. */
  readonly ratio: number;
}

const MIB = 1_048_576;

/** A manifest lists 1,000 files at most. Weights hardly shrink and JSON shrinks 20 times; a bomb shrinks 1,000 times. */
export const TARBALL_LIMITS: TarballLimits = {
  packedBytes: 512 * MIB,
  unpackedBytes: 1_024 * MIB,
  files: 1_100,
  ratio: 200,
};

/** Below so many unpacked bytes the ratio does not matter: a few zeros are no bomb. */
const RATIO_FLOOR = MIB;
const MAX_PACKAGE_JSON = 65_536;

/**
 * Unpacks the model package of an npm tarball into `folder`, which must be there and empty, as the bytes come, and
 * resolves to what its `package.json` says it is. What `folder` holds then is not yet checked. Only regular files are
 * written, each once, and none outside `folder`. A `source` that was refused before its end stays open, unread.
 *
 * Rejects with a `TensornestError` that names the entry (`tarball-...`, `path-not-confined`), or with the error of
 * `source` or of the file system; then `folder` may hold a part.
 */
export async function unpackTarball(source: Readable, folder: string, limits: TarballLimits): Promise<PackageRef> {
  const entries = extract();
  const packed = { bytes: 0 };
  const written = writeEntries(entries, folder, limits);
  const flowed = pipeline(
    ownErrors(source),
    (bytes) => countPacked(bytes, packed, limits),
    createGunzip(),
    (bytes: AsyncIterable<Buffer>) => countUnpacked(bytes, packed, limits),
    entries,
  );
  try {
    const [ref] = await Promise.all([written, flowed]);
    return ref;
  } catch (error) {
    await Promise.allSettled([written, flowed]);
    throw toRefusal(error);
  }
}

/** The source broke off: its error has nothing to do with what the tarball holds. */
class SourceError extends Error {}

async function* ownErrors(source: Readable): AsyncGenerator<Buffer> {
  try {
    // NOTE: a request must outlive its refusal, for with it goes the connection that the answer takes.
    yield* source.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  } catch (cause) {
    throw new SourceError('The source broke off.', { cause });
  }
}

async function* countPacked(
  source: AsyncIterable<Buffer>,
  packed: { bytes: number },
  { packedBytes }: TarballLimits,
): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    packed.bytes += chunk.byteLength;
    if (packed.bytes > packedBytes) refuse('tarball-too-large', `The tarball has more than ${packedBytes} bytes.`);
    yield chunk;
  }
}

async function* countUnpacked(
  source: AsyncIterable<Buffer>,
  packed: { readonly bytes: number },
  { unpackedBytes, ratio }: TarballLimits,
): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.byteLength;
    if (bytes > RATIO_FLOOR && bytes > packed.bytes * ratio) {
      refuse('tarball-bomb', `The tarball unpacks to more than ${ratio} times its size.`);
    }
    if (bytes > unpackedBytes) refuse('tarball-too-large', `The tarball unpacks to more than ${unpackedBytes} bytes.`);
    yield chunk;
  }
}

async function writeEntries(entries: Extract, folder: string, { files }: TarballLimits): Promise<PackageRef> {
  const taken = new TakenPaths();
  let ref: PackageRef | undefined;
  let count = 0;
  let modelFiles = 0;
  for await (const source of entries) {
    const entry: Entry = { header: source.header, bytes: source as AsyncIterable<Uint8Array> };
    count += 1;
    if (count > files) refuse('tarball-too-many-files', `The tarball holds more than ${files} files and folders.`);
    const path = pathOf(entry);
    if (entry.header.type === 'directory') {
      source.resume();
      continue;
    }
    taken.add(path);
    if (path === PACKAGE_JSON) {
      ref = parsePackageJson(await readSmall(entry));
    } else {
      modelFiles += 1;
      await writeEntry(entry, join(folder, path.slice(MODEL_FOLDER.length + 1)));
    }
  }
  if (ref === undefined) throw layoutFault(`there is no ${TARBALL_ROOT}/${PACKAGE_JSON} in it`);
  if (modelFiles === 0) throw layoutFault(`there is no ${TARBALL_ROOT}/${MODEL_FOLDER}/ in it`);
  return ref;
}

/** Where the entry stands below the tarball's one folder. Refuses what is no file or folder, or stands elsewhere. */
function pathOf({ header: { name, type } }: Entry): string {
  const shown = JSON.stringify(name);
  const path = type === 'directory' ? name.replace(/\/$/, '') : name;
  assertConfined(path);
  if (type === 'link' || type === 'symlink') refuse('tarball-link', `${shown}: links are not allowed in a package.`);
  if (type !== 'file' && type !== 'directory') refuse('tarball-device', `${shown}: is neither a file nor a folder.`);
  const [root, ...steps] = path.split('/');
  const inModel = steps[0] === MODEL_FOLDER && (steps.length > 1 || type === 'directory');
  const isPackageJson = steps.length === 1 && steps[0] === PACKAGE_JSON && type === 'file';
  const isRoot = steps.length === 0 && type === 'directory';
  if (root !== TARBALL_ROOT || !(inModel || isPackageJson || isRoot)) {
    throw layoutFault(`${shown} is neither ${TARBALL_ROOT}/${PACKAGE_JSON} nor below ${TARBALL_ROOT}/${MODEL_FOLDER}/`);
  }
  return steps.join('/');
}

/** The paths of an archive, so that none is written twice, on a file system that folds upper and lower case too. */
class TakenPaths {
  private readonly files = new Set<string>();
  private readonly folders = new Set<string>();

  add(path: string): void {
    const key = path.normalize('NFC').toLowerCase();
    const steps = key.split('/');
    const above = steps.slice(1).map((_, depth) => steps.slice(0, depth + 1).join('/'));
    if (this.files.has(key) || this.folders.has(key) || above.some((folder) => this.files.has(folder))) {
      refuse('tarball-duplicate', `${JSON.stringify(path)}: is there twice.`);
    }
    this.files.add(key);
    for (const folder of above) this.folders.add(folder);
  }
}

async function readSmall(entry: Entry): Promise<Buffer> {
  if (entry.header.size > MAX_PACKAGE_JSON) {
    throw layoutFault(`${PACKAGE_JSON} has more than ${MAX_PACKAGE_JSON} bytes`);
  }
  return buffer(entry.bytes);
}

async function writeEntry(entry: Entry, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, entry.bytes, { flag: 'wx', flush: true });
}

function layoutFault(what: string): TensornestError {
  return new TensornestError('tarball-layout', `The tarball is no model package: ${what}.`);
}

function refuse(fault: PackageFault, message: string): never {
  throw new TensornestError(fault, message);
}

/** Errors of the file system know their system call; the others say that gzip or tar could make nothing of the bytes. */
function toRefusal(error: unknown): unknown {
  if (error instanceof SourceError) return error.cause;
  if (error instanceof TensornestError || (error instanceof Error && 'syscall' in error)) return error;
  return new TensornestError(
    'tarball-corrupt',
    'The tarball is damaged, cut short or no gzip-compressed tar archive.',
    { cause: error },
  );
}
