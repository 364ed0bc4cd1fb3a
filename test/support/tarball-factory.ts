import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';

/** An entry of a tarball, as hostile as a test wants it. */
export interface TarEntry extends Partial<Header> {
  readonly name: string;
  readonly content?: string | Uint8Array;
}

export const PACKAGE_JSON = {
  name: '@acme/car-evaluation',
  version: '2.0.0',
  description: 'Judges cars.',
  license: 'MIT',
  keywords: ['tensornest-model'],
  tensornest: { formatVersion: 1, model: 'model' },
};

/** The entries of a sound tarball of the package in `folder`. */
export async function soundEntries(folder: string): Promise<TarEntry[]> {
  const names = await readdir(folder);
  const files = names.map(async (name) => ({
    name: `package/model/${name}`,
    content: await readFile(join(folder, name)),
  }));
  return [{ name: 'package/package.json', content: JSON.stringify(PACKAGE_JSON) }, ...(await Promise.all(files))];
}

/** A gzip-compressed tar archive of just these entries, made without the code under test. */
export async function tarballOf(entries: readonly TarEntry[]): Promise<Buffer> {
  return gzipSync(await archiveOf(entries));
}

export async function archiveOf(entries: readonly TarEntry[]): Promise<Buffer> {
  const archive = pack();
  for (const { content, ...header } of entries) archive.entry(header, content ?? '');
  archive.finalize();
  return buffer(archive);
}
