import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadNpmOptions } from '../../src/config/npm-options.js';
import { packTarball } from '../../src/model/package/tarball.js';
import { readPackage } from '../../src/model/package/reader.js';
import { acquire } from '../../src/model/store/acquire.js';
import { findInstalled } from '../../src/model/store/installed-models.js';
import { parseModelSpec } from '../../src/model/store/model-spec.js';
import { NpmRegistry } from '../../src/model/store/npm-registry.js';
import { pull } from '../../src/model/store/pull.js';
import type { StageOptions } from '../../src/model/store/staging.js';
import { copyPackage, type PackageFolder } from '../support/package-factory.js';
import { freePort, PrivateRegistry } from '../support/private-registry.js';

const run = promisify(execFile);
const MODEL = 'car-evaluation';
const SCOPE = '@acme';

let registry: PrivateRegistry;
let token: string;
beforeAll(async () => {
  registry = await PrivateRegistry.start();
  token = await registry.addUser('alice');
  for (const version of ['1.0.0', '2.0.0', '2.1.0']) await publish(version, version === '2.0.0' ? 'stable' : 'latest');
});
afterAll(() => registry.stop());

let models: string;
beforeEach(async () => {
  models = await mkdtemp(join(tmpdir(), 'pulled-'));
});
afterEach(() => rm(models, { recursive: true, force: true }));

/** npm's settings from an `.npmrc` with these lines, and from nothing else. */
async function connect(lines: readonly string[], env: Record<string, string> = {}): Promise<NpmRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'npmrc-'));
  await writeFile(join(folder, 'package.json'), '{}');
  await writeFile(join(folder, '.npmrc'), `${lines.join('\n')}\n`);
  const none = join(folder, 'none');
  const npm = await loadNpmOptions({ HOME: none, PREFIX: none, npm_config_fetch_retries: '0', ...env }, folder);
  await rm(folder, { recursive: true });
  return new NpmRegistry(SCOPE, npm);
}
const npmrc = (secret = token, url = registry.url) => [
  `${SCOPE}:registry=${url}`,
  `${url.replace('http:', '')}:_authToken=${secret}`,
];
const withToken = () => connect(npmrc());

async function versioned(version: string): Promise<PackageFolder> {
  const folder = await copyPackage();
  const manifest = await folder.json('manifest.json');
  await folder.write('manifest.json', JSON.stringify({ ...manifest, version }));
  return folder;
}

async function publish(version: string, tag: string, client?: NpmRegistry): Promise<void> {
  const folder = await versioned(version);
  try {
    const packed = await packTarball(folder.path, { name: MODEL, version }, SCOPE);
    await (client ?? (await withToken())).publish(packed, tag);
  } finally {
    await folder.remove();
  }
}

const pulled = async (spec: string, client?: NpmRegistry) =>
  pull(client ?? (await withToken()), parseModelSpec(spec), models);
const nothingThere = async () => expect(await readdir(models, { recursive: true })).toEqual(['.staging']);

describe('a model in a private registry', () => {
  it('is pulled by a range, byte for byte, and not again', async () => {
    expect(await pulled(`${MODEL}@^1`)).toEqual({ ref: { name: MODEL, version: '1.0.0' }, present: false });
    const folder = join(models, MODEL, '1.0.0');
    expect(await readFile(join(folder, 'weights.bin'), 'hex')).toBe(
      await readFile('models/car-evaluation/2.0.0/weights.bin', 'hex'),
    );
    expect((await readdir(folder)).sort()).toEqual((await readdir('models/car-evaluation/2.0.0')).sort());
    expect(await readdir(join(models, '.staging'))).toEqual([]);
    expect(await pulled(`${MODEL}@^1`)).toEqual({ ref: { name: MODEL, version: '1.0.0' }, present: true });
  });

  it.each([
    [MODEL, '2.1.0'],
    [`${MODEL}@^2`, '2.1.0'],
    [`${MODEL}@~2.0`, '2.0.0'],
    [`${MODEL}@stable`, '2.0.0'],
    [`${MODEL}@latest`, '2.1.0'],
  ])('is resolved: %s is %s', async (spec, version) => {
    expect((await (await withToken()).resolve(parseModelSpec(spec))).ref.version).toBe(version);
  });

  it('is another version once its dist-tag has moved', async () => {
    await publish('3.0.0', 'next');
    expect((await pulled(`${MODEL}@next`)).ref.version).toBe('3.0.0');
    await publish('3.1.0', 'latest');
    await registry.tag(`${SCOPE}/${MODEL}`, 'next', '3.1.0', token);
    expect((await pulled(`${MODEL}@next`)).ref.version).toBe('3.1.0');
    expect((await readdir(join(models, MODEL))).sort()).toEqual(['3.0.0', '3.1.0']);
  });

  it('takes its token from a variable that .npmrc names', async () => {
    const client = await connect(npmrc('${MODELS_TOKEN}'), { MODELS_TOKEN: token });
    expect((await client.resolve(parseModelSpec(MODEL))).ref.name).toBe(MODEL);
  });

  it('is never published twice in one version', async () => {
    await expect(publish('2.0.0', 'latest')).rejects.toMatchObject({
      code: 'version-exists',
      message: expect.stringContaining(`@acme/${MODEL}`),
    });
  });
});

describe('pulling', () => {
  it.each([
    ['a wrong token', () => npmrc('wrong')],
    ['no token', () => npmrc().slice(0, 1)],
  ])('with %s is refused, and says what .npmrc needs', async (_, lines) => {
    const failure = await pulled(MODEL, await connect(lines())).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'registry-unauthorised',
      message: expect.stringContaining(`//127.0.0.1:${registry.port}/:_authToken=<token>`),
    });
    expect(String(failure)).not.toContain(token);
    expect(await readdir(models)).toEqual([]);
  });

  it('a model that is not there says so', async () => {
    await expect(pulled('penguins')).rejects.toMatchObject({
      code: 'registry-unknown-package',
      message: `127.0.0.1:${registry.port} has no package @acme/penguins.`,
    });
  });

  it.each(['9.9.9', 'nonsense'])('a version that is not there (%s) lists those that are', async (wanted) => {
    await expect(pulled(`${MODEL}@${wanted}`)).rejects.toMatchObject({
      code: 'registry-no-version',
      message: expect.stringMatching(new RegExp(`no ${MODEL}@${wanted} .*1\\.0\\.0, 2\\.0\\.0.*stable`)),
    });
  });

  it('from a registry that does not answer says so', async () => {
    const port = await freePort();
    await expect(pulled(MODEL, await connect(npmrc(token, `http://127.0.0.1:${port}/`)))).rejects.toMatchObject({
      code: 'registry-unreachable',
      message: `127.0.0.1:${port} does not answer (ECONNREFUSED).`,
    });
  });

  it('from a registry that fails says so', async () => {
    const server = createServer((_request, response) => response.writeHead(500).end('{}')).listen(0, '127.0.0.1');
    const { port } = await new Promise<AddressInfo>((resolve) =>
      server.once('listening', () => resolve(server.address() as AddressInfo)),
    );
    await expect(pulled(MODEL, await connect(npmrc(token, `http://127.0.0.1:${port}/`)))).rejects.toMatchObject({
      code: 'registry-failed',
      message: expect.stringContaining('(E500)'),
    });
    server.close();
  });

  it.each([
    ['a byte is changed', (bytes: Buffer) => ((bytes[bytes.length >> 1]! ^= 1), bytes)],
    ['bytes are added', (bytes: Buffer) => Buffer.concat([bytes, Buffer.from('more')])],
    ['it is cut short', (bytes: Buffer) => bytes.subarray(0, -100)],
  ])('a tarball of which %s is refused and leaves nothing behind', async (_, change) => {
    const file = await registry.tarballFile(`${SCOPE}/${MODEL}`, '2.0.0');
    const bytes = await readFile(file);
    await writeFile(file, change(Buffer.from(bytes)));
    try {
      await expect(pulled(`${MODEL}@2.0.0`)).rejects.toMatchObject({ code: 'registry-integrity' });
      await nothingThere();
    } finally {
      await writeFile(file, bytes);
    }
  });

  it('what is no model package is refused and leaves nothing behind', async () => {
    const { publish: publishAnything } = await import('libnpmpublish');
    const { tarballOf } = await import('../support/tarball-factory.js');
    const packageJson = { name: `${SCOPE}/left-pad`, version: '1.0.0' };
    const tarball = await tarballOf([{ name: 'package/package.json', content: JSON.stringify(packageJson) }]);
    const options = Object.fromEntries(npmrc().map((line) => line.split(/=(.*)/).slice(0, 2))) as object;
    await publishAnything(packageJson, tarball, { ...options, registry: registry.url });
    await expect(pulled('left-pad')).rejects.toMatchObject({ code: 'tarball-layout' });
    await nothingThere();
  });
});

describe('the public registry', () => {
  it.each([[[]], [['registry=http://127.0.0.1:9/']], [['@other:registry=http://127.0.0.1:9/']]])(
    'is never asked for a model: with the .npmrc %j the line to add is named',
    async (lines) => {
      await expect(connect(lines)).rejects.toMatchObject({
        code: 'registry-not-configured',
        message: expect.stringContaining('"@acme:registry=https://registry.example.com/"'),
      });
    },
  );

  it('is not asked without a scope either', () => {
    expect(() => new NpmRegistry(null, {})).toThrow(/MODEL_SCOPE/);
  });
});

describe('a model that npm has installed', () => {
  let project: string;
  let home: string;
  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), 'project-'));
    home = join(project, 'node_modules', SCOPE, MODEL);
    await writeFile(join(project, 'package.json'), '{}');
    await writeFile(join(project, '.npmrc'), `${npmrc().join('\n')}\n`);
    await mkdir(join(project, 'src/deep'), { recursive: true });
    await run('npm', ['install', '--no-audit', '--no-fund', `${SCOPE}/${MODEL}@2.0.0`], {
      cwd: project,
      env: { PATH: process.env.PATH, HOME: project },
    });
  });
  afterAll(() => rm(project, { recursive: true }));

  const find = (spec: string, scope: string | null = SCOPE) =>
    findInstalled(parseModelSpec(spec), join(project, 'src/deep'), scope);

  it('is found from below, and is whole', async () => {
    const found = await find(`${MODEL}@^2`);
    expect(found).toEqual({ ref: { name: MODEL, version: '2.0.0' }, folder: join(home, 'model') });
    expect((await readPackage(found!.folder, found!.ref)).manifest.name).toBe(MODEL);
  });

  it.each([
    [`${MODEL}@^1`, SCOPE],
    [`${MODEL}@stable`, SCOPE],
    ['penguins', SCOPE],
    [MODEL, '@other'],
    [MODEL, null],
  ])('is not taken for %s in %s', async (spec, scope) => {
    expect(await find(spec, scope)).toBeUndefined();
  });

  describe('and is wanted at the start', () => {
    const acquired = async (spec: string, options?: StageOptions) => {
      const sources = { modelsDir: models, workingDir: project, scope: SCOPE, connect: vi.fn(withToken) };
      const { ref, from, folder } = await acquire(parseModelSpec(spec), sources, options);
      return { version: ref.version, from, folder, asked: sources.connect.mock.calls.length };
    };

    it('is served from where it is, without asking the registry', async () => {
      expect(await acquired(`${MODEL}@^2`)).toEqual({
        version: '2.0.0',
        from: 'node_modules',
        folder: join(home, 'model'),
        asked: 0,
      });
    });

    it('is pulled in the version that is wanted, once', async () => {
      const folder = join(models, MODEL, '1.0.0');
      expect(await acquired(`${MODEL}@^1`)).toEqual({ version: '1.0.0', from: 'registry', folder, asked: 1 });
      expect(await acquired(`${MODEL}@^1`)).toEqual({ version: '1.0.0', from: 'models-dir', folder, asked: 0 });
    });

    it('is asked for each time when a dist-tag is wanted', async () => {
      expect(await acquired(`${MODEL}@stable`)).toMatchObject({ version: '2.0.0', from: 'registry', asked: 1 });
      expect(await acquired(`${MODEL}@stable`)).toMatchObject({ version: '2.0.0', from: 'registry', asked: 1 });
    });

    it('is not installed unsigned where a signature is required', async () => {
      const requireSignature = generateKeyPairSync('ed25519').publicKey;
      await expect(acquired(`${MODEL}@^1`, { requireSignature })).rejects.toMatchObject({ code: 'signature-missing' });
      await nothingThere();
    });
  });
});
