import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyPackage, type PackageFolder } from '../../../test/support/package-factory.js';
import { packTarball } from './tarball.js';
import { TARBALL_LIMITS, unpackTarball } from './tarball-reader.js';

const REF = { name: 'car-evaluation', version: '2.0.0' };

let folder: PackageFolder;
beforeEach(async () => {
  folder = await copyPackage();
});
afterEach(() => folder.remove());

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Every file below `root` with its content. */
async function contentsOf(root: string): Promise<Record<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const pairs = files.map(async (file) => [file.slice(root.length + 1), await readFile(file, 'hex')] as const);
  return Object.fromEntries(await Promise.all(pairs));
}

async function addListed(files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const manifest = await folder.json('manifest.json');
  for (const [path, bytes] of files) {
    await mkdir(dirname(folder.file(path)), { recursive: true });
    await writeFile(folder.file(path), bytes);
    manifest.files.push({ path, bytes: bytes.byteLength, sha256: digest(bytes) });
  }
  await folder.write('manifest.json', JSON.stringify(manifest));
}

async function unpacked(tarball: Uint8Array): Promise<Record<string, string>> {
  const target = await mkdtemp(join(tmpdir(), 'unpacked-'));
  try {
    expect(await unpackTarball(Readable.from([tarball]), target, TARBALL_LIMITS)).toEqual(REF);
    return await contentsOf(target);
  } finally {
    await rm(target, { recursive: true });
  }
}

describe('a packed model', () => {
  it('says in its package.json what it is, and runs nothing', async () => {
    const { packageJson } = await packTarball(folder.path, REF, '@acme');
    const { description } = await folder.json('manifest.json');
    expect(packageJson).toEqual({
      name: '@acme/car-evaluation',
      version: '2.0.0',
      description,
      license: 'MIT',
      keywords: ['tensornest-model'],
      tensornest: { formatVersion: 1, model: 'model' },
    });
    expect((await packTarball(folder.path, REF, null)).packageJson.name).toBe('car-evaluation');
  });

  it('has the same bytes each time, whenever its files were written and by whom', async () => {
    const other = await copyPackage();
    const [one, two] = await Promise.all([folder, other].map(({ path }) => packTarball(path, REF, '@acme')));
    await other.remove();
    expect(one!.tarball.equals(two!.tarball)).toBe(true);
    expect(one!.tarball.readUInt32LE(4)).toBe(0);
  });

  it('comes out of the tarball as it went in, whatever its files are', async () => {
    const step = fc.stringMatching(/^[a-zA-Z0-9_ äöü-]{1,60}$/);
    const path = fc.array(step, { minLength: 1, maxLength: 4 }).map((steps) => `extra/${steps.join('/')}.bin`);
    const files = fc.dictionary(path, fc.uint8Array({ maxLength: 3_000 }), { maxKeys: 6, noNullPrototype: true });
    await fc.assert(
      fc.asyncProperty(files, async (extra) => {
        const keys = Object.keys(extra).map((key) => key.normalize('NFC').toLowerCase());
        fc.pre(new Set(keys).size === keys.length);
        await folder.remove();
        folder = await copyPackage();
        await addListed(new Map(Object.entries(extra)));
        const { tarball } = await packTarball(folder.path, REF, '@acme');
        expect(await unpacked(tarball)).toEqual(await contentsOf(folder.path));
      }),
      { numRuns: 25 },
    );
  });

  it('can be read by tar itself', async () => {
    const { tarball } = await packTarball(folder.path, REF, '@acme');
    const names = execFileSync('tar', ['-tzf', '-'], { input: tarball, encoding: 'utf8' }).trimEnd().split('\n');
    const files = ['manifest.json', 'README.md', 'golden.json', 'model.json', 'weights.bin'];
    expect(names).toEqual(['package/package.json', ...files.map((name) => `package/model/${name}`)]);
  });

  it('is not made from a package that is not sound', async () => {
    await folder.write('weights.bin', 'damage');
    await expect(packTarball(folder.path, REF, '@acme')).rejects.toMatchObject({ code: 'file-truncated' });
  });
});
