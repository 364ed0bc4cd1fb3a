import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { pack } from 'tar-stream';
import type { PackageRef } from '../../core/ports/model-store.js';
import { readListed, readRegular } from './integrity.js';
import { MANIFEST_FILE } from './manifest.js';
import { readPackage } from './reader.js';
import { hasSignature, SIGNATURE_FILE } from './signature-file.js';
import { MODEL_FOLDER, type ModelPackageJson, PACKAGE_JSON, TARBALL_ROOT, toPackageJson } from './tarball-layout.js';

const compress = promisify(gzip);

/** npm gives every packed file this time, so that equal contents make equal tarballs: 26 October 1985, 08:15 UTC. */
const FILE_TIME = new Date('1985-10-26T08:15:00.000Z');
const FILE_MODE = 0o644;

/** RFC 1952: the byte of the gzip header that names the operating system, and its value for "unknown". */
const GZIP_OS = 9;
const UNKNOWN_OS = 0xff;

export interface PackedModel {
  readonly packageJson: ModelPackageJson;
  /** The gzip-compressed tar archive. Equal packages give equal bytes (with the same zlib). */
  readonly tarball: Buffer;
}

/**
 * The model package in `folder`, which must be the one that `ref` names, as an npm tarball: `package/package.json`, and
 * the model package unchanged in `package/model/`. Refuses a package that is not sound, as `readPackage` does.
 *
 * @param scope npm scope such as `@acme`, or null for a package without a scope.
 */
export async function packTarball(folder: string, ref: PackageRef, scope: string | null): Promise<PackedModel> {
  const { manifest } = await readPackage(folder, ref);
  const packageJson = toPackageJson(manifest, scope);
  const archive = pack();
  const add = (path: string, content: Buffer) => {
    archive.entry({ name: `${TARBALL_ROOT}/${path}`, mtime: FILE_TIME, mode: FILE_MODE }, content);
  };
  add(PACKAGE_JSON, Buffer.from(`${JSON.stringify(packageJson, null, 2)}\n`));
  const unlisted = (await hasSignature(folder)) ? [MANIFEST_FILE, SIGNATURE_FILE] : [MANIFEST_FILE];
  for (const path of unlisted) add(`${MODEL_FOLDER}/${path}`, await readRegular(folder, path));
  const files = manifest.files.toSorted((one, other) => (one.path < other.path ? -1 : 1));
  for (const file of files) add(`${MODEL_FOLDER}/${file.path}`, await readListed(folder, file));
  archive.finalize();
  const tarball = await compress(await buffer(archive), { level: 9 });
  tarball[GZIP_OS] = UNKNOWN_OS;
  return { packageJson, tarball };
}
