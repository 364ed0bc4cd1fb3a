import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { UsageError } from '../exit.js';

/** A tarball that is installed in place of a version from the registry. */
export interface Tarball {
  /** Where it is now. */
  readonly path: string;
  /** Its name in the new folder: there an image can be built with it, and the folder moved. */
  readonly name: string;
}

/**
 * The tarball that `spec` names, seen from the current folder; undefined where it names none, such as a range or an address.
 *
 * @throws UsageError where there is no such file, or nothing is named at all.
 */
export async function tarballOf(spec: string): Promise<Tarball | undefined> {
  if (spec.trim() === '') throw new UsageError('--tensornest is empty: take a range such as ^1.2.0, or a tarball.');
  const [, file] = /^(?:file:)?((?!.*:\/\/).+\.(?:tgz|tar\.gz))$/.exec(spec) ?? [];
  if (file === undefined) return undefined;
  const path = resolve(file);
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) throw new UsageError(`${path} is no file: --tensornest takes what npm pack has made.`);
  return { path, name: basename(path) };
}
