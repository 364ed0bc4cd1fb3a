import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyPackage, type PackageFolder } from '../support/package-factory.js';
import { PrivateRegistry } from '../support/private-registry.js';
import { type Outcome, runCommand } from '../support/run-command.js';
import { ServiceProcess } from '../support/service-process.js';

const MODEL = 'car-evaluation';

let registry: PrivateRegistry;
let folder: PackageFolder;
let damaged: PackageFolder;
/** Where the commands run: it holds the `.npmrc` and the keys. */
let project: string;
beforeAll(async () => {
  registry = await PrivateRegistry.start();
  folder = await copyPackage();
  damaged = await copyPackage();
  await damaged.write('weights.bin', 'damage');
  project = await mkdtemp(join(tmpdir(), 'project-'));
  const place = registry.url.replace('http:', '');
  await writeFile(join(project, 'package.json'), '{}');
  await writeFile(join(project, '.npmrc'), `@acme:registry=${registry.url}\n${place}:_authToken=\${MODELS_TOKEN}\n`);
  for (const name of ['ours', 'theirs']) {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    await writeFile(join(project, `${name}.key`), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await writeFile(join(project, `${name}.pub`), publicKey.export({ type: 'spki', format: 'pem' }));
  }
  env = { MODEL_SCOPE: '@acme', HOME: project, MODELS_TOKEN: await registry.addUser('alice') };
});
afterAll(async () => {
  await registry.stop();
  await Promise.all([folder.remove(), damaged.remove(), rm(project, { recursive: true, force: true })]);
});

let env: NodeJS.ProcessEnv;

/** `npm run model -- ...` in a project of its own. */
function model(words: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  return runCommand(resolve('dist/cli/model.js'), words, {
    cwd: project,
    env: { ...env, MODELS_DIR: folder.models, ...more },
  });
}

const documentOf = ({ stdout }: Outcome) => JSON.parse(stdout);

describe('a model from one project to another', () => {
  it('is signed, verified, packed, published and pulled, each with one JSON document', async () => {
    const ref = { name: MODEL, version: '2.0.0' };
    const npmRef = { name: `@acme/${MODEL}`, version: '2.0.0' };

    const signed = await model(['sign', MODEL, '--key', 'ours.key', '--json']);
    expect(documentOf(signed)).toEqual({ ...ref, file: folder.file('signature.json') });

    const verified = await model(['verify', MODEL, '--key', 'ours.pub', '--json']);
    expect(documentOf(verified)).toMatchObject({ ...ref, files: 4, signature: 'verified' });

    const packed = await model(['pack', MODEL, '--json']);
    const file = join(project, `acme-${MODEL}-2.0.0.tgz`);
    expect(documentOf(packed)).toMatchObject({ ...npmRef, file });
    expect(await readdir(project)).toContain(`acme-${MODEL}-2.0.0.tgz`);

    const published = await model(['publish', MODEL, '--tag', 'stable', '--json']);
    expect(documentOf(published)).toEqual({ ...npmRef, tag: 'stable', registry: `127.0.0.1:${registry.port}` });

    const elsewhere = join(project, 'elsewhere');
    const there = { MODELS_DIR: elsewhere, REQUIRE_SIGNATURE: 'ours.pub' };
    const pulled = await model(['pull', `${MODEL}@stable`, '--json'], there);
    expect(documentOf(pulled)).toEqual({ ...ref, folder: join(elsewhere, MODEL, '2.0.0'), present: false });
    expect(documentOf(await model(['pull', `${MODEL}@^2`, '--json'], there)).present).toBe(true);
    expect(documentOf(await model(['verify', MODEL, '--json'], there)).signature).toBe('verified');
    expect([signed, verified, packed, published, pulled].map(({ code, stderr }) => [code, stderr])).toEqual(
      Array(5).fill([0, '']),
    );
  });

  it('is told to people too', async () => {
    expect((await model(['verify', MODEL])).stdout).toBe(
      `${MODEL} 2.0.0 is sound: 4 files as listed, 40 golden records reproduced, signed, but by whom was not checked (--key).\n`,
    );
    const pulled = await model(['pull', MODEL], { MODELS_DIR: join(project, 'people') });
    expect(pulled.stdout).toBe(`${MODEL} 2.0.0 was installed into ${join(project, 'people', MODEL, '2.0.0')}\n`);
  });

  it('is not pulled when somebody else has signed it, and nothing stays behind', async () => {
    const elsewhere = join(project, 'careful');
    const outcome = await model(['pull', MODEL], { MODELS_DIR: elsewhere, REQUIRE_SIGNATURE: 'theirs.pub' });
    expect(outcome.code).toBe(4);
    expect(outcome.stderr).toMatch(/^error: signature\.json: was not made with the private half/);
    expect(await readdir(elsewhere, { recursive: true })).toEqual(['.staging']);
  });
});

describe('the commands', () => {
  it.each([
    [['verify', '.'], 4, 'weights.bin: has 6 bytes'],
    [['sign', '.', '--key', 'ours.key'], 4, 'weights.bin: has 6 bytes'],
    [['pack', '.'], 4, 'weights.bin: has 6 bytes'],
    [['publish', '.'], 4, 'weights.bin: has 6 bytes'],
  ])('end with 4 on a damaged package: %j', async (words, code, message) => {
    const outcome = await model(words.map((word) => (word === '.' ? damaged.path : word)));
    expect([outcome.code, outcome.stdout]).toEqual([code, '']);
    expect(outcome.stderr).toContain(message);
  });

  it.each([
    [['sign', MODEL], "required option '--key <file>' not specified"],
    [['sign', MODEL, '--key', 'ours.pub'], 'The file holds a public key, the private key is needed.'],
    [['sign', MODEL, '--key', 'nowhere.key'], 'The file cannot be read (ENOENT).'],
    [['verify', MODEL, '--key', 'ours.key'], 'The file holds a private key, the public key is needed.'],
    [['verify', 'car-evalution'], 'did you mean "car-evaluation"?'],
    [['pull', '@acme/penguins'], 'without a scope'],
    [['pull', 'penguins@'], 'must end in "@" and a version'],
  ])('end with 2 on wrong usage and say what to write instead: %j', async (words, message) => {
    const outcome = await model(words);
    expect([outcome.code, outcome.stdout]).toEqual([2, '']);
    expect(outcome.stderr).toContain(message);
  });

  it('end with 4 when a signature is wrong or missing', async () => {
    const theirs = await model(['verify', MODEL, '--key', 'theirs.pub', '--json']);
    expect([theirs.code, documentOf(theirs).error.code]).toEqual([4, 'signature-invalid']);
    const unsigned = await model(['verify', resolve('models/car-evaluation/2.0.0'), '--key', 'ours.pub', '--json']);
    expect([unsigned.code, documentOf(unsigned).error.code]).toEqual([4, 'signature-missing']);
  });

  it('ask for a dist-tag before a pre-release is published', async () => {
    const early = await copyPackage();
    const manifest = await early.json('manifest.json');
    await early.write('manifest.json', JSON.stringify({ ...manifest, version: '3.0.0-beta.1' }));
    const outcome = await model(['publish', early.path]);
    await early.remove();
    expect([outcome.code, outcome.stderr]).toEqual([
      2,
      'error: 3.0.0-beta.1 is a pre-release: name its dist-tag, such as --tag next.\n',
    ]);
  });

  it.each([
    [{ MODELS_TOKEN: 'wrong' }, 'registry-unauthorised'],
    [{ MODEL_SCOPE: '' }, 'registry-not-configured'],
    [{ MODEL_SCOPE: '@other' }, 'registry-not-configured'],
  ])('end with 1 and the reason when the registry cannot be used: %j', async (more, code) => {
    const outcome = await model(['pull', MODEL, '--json'], { MODELS_DIR: join(project, 'none'), ...more });
    expect([outcome.code, documentOf(outcome).error.code]).toEqual([1, code]);
  });
});

describe('REQUIRE_SIGNATURE', () => {
  const start = (key: string) =>
    new ServiceProcess({ MODELS_DIR: folder.models, REQUIRE_SIGNATURE: join(project, key) });

  it('lets the service serve what the owner of the key has signed', async () => {
    const service = start('ours.pub');
    const answer = await fetch(`${await service.url()}/api/v1/models/${MODEL}`);
    const { versions, current } = (await answer.json()) as any;
    expect([versions[0].state, current.signed]).toEqual(['ready', 'verified']);
    service.signal('SIGTERM');
    await service.exit();
  });

  it('keeps the service from serving what somebody else has signed', async () => {
    const service = start('theirs.pub');
    await service.until(() => service.stdout.includes('was refused (signature-invalid)'));
    service.signal('SIGTERM');
    await service.exit();
  });

  it('stops the start when its file holds no public key', async () => {
    const service = start('ours.key');
    expect(await service.exit()).not.toBe(0);
    expect(service.stderr).toContain('REQUIRE_SIGNATURE must name a PEM file');
    expect(service.stderr).toContain('holds a private key, the public key is needed');
  });
});
