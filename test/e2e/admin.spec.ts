import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packTarball } from '../../src/model/package/tarball.js';
import { copyPackage, type PackageFolder } from '../support/package-factory.js';
import { ARTICLE_ROW, startTestApp, type TestApp } from '../support/test-app.js';

const MODELS = join(import.meta.dirname, '../../models');
const CARS = '/api/v1/models/car-evaluation';

let folder: PackageFolder;
let state: string;
let service: TestApp;

beforeEach(async () => {
  folder = await copyPackage();
  state = await mkdtemp(join(tmpdir(), 'tensornest-state-'));
});

afterEach(async () => {
  await service.close();
  await folder.remove();
  await rm(state, { recursive: true, force: true });
});

async function start(env: Record<string, string> = {}): Promise<void> {
  service = await startTestApp({
    MODELS_DIR: folder.models,
    STATE_DIR: state,
    ADMIN_API: 'true',
    WATCH_MODELS: 'false',
    ...env,
  });
}

async function tarballOf(version: string): Promise<Buffer> {
  return (await packTarball(join(MODELS, 'car-evaluation', version), { name: 'car-evaluation', version }, null))
    .tarball;
}

function upload(version: string, body: Buffer, query = '') {
  return request(service.url)
    .put(`${CARS}/versions/${version}${query}`)
    .set('content-type', 'application/gzip')
    .send(body);
}

function put(path: string, body: unknown) {
  return request(service.url).put(path).set('content-type', 'application/json').send(JSON.stringify(body));
}

const post = (path: string) => request(service.url).post(path);
const remove = (path: string) => request(service.url).delete(path);

async function answering(path = '/api/v1/predict'): Promise<string> {
  const { body } = await service.post(path, { inputs: [ARTICLE_ROW] });
  return body.version;
}

async function index(): Promise<Record<string, string>> {
  const { body } = await service.get('/api/v1/repository/index');
  return Object.fromEntries(body.models.map((entry: any) => [`${entry.name}@${entry.version}`, entry.state]));
}

describe('the admin interface', () => {
  it('is not there unless it was switched on', async () => {
    await start({ ADMIN_API: 'false' });
    const answers = await Promise.all([
      service.get('/api/v1/repository/index'),
      post(`${CARS}/versions/2.0.0/unload`),
      put(`${CARS}/aliases/stable`, { version: '2.0.0' }),
      upload('1.0.0', await tarballOf('1.0.0')),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    const { body } = await service.get('/openapi.json');
    expect(JSON.stringify(body)).not.toContain('loadVersion');
  });

  it('takes a package in, has it answer, and goes back', async () => {
    await start();
    expect((await upload('1.0.0', await tarballOf('1.0.0'))).status).toBe(204);
    expect([await answering(), await index()]).toEqual([
      '1.0.0',
      { 'car-evaluation@2.0.0': 'UNAVAILABLE', 'car-evaluation@1.0.0': 'READY' },
    ]);
    expect((await post(`${CARS}/versions/2.0.0/activate`)).status).toBe(204);
    expect(await answering()).toBe('2.0.0');
    expect((await remove(`${CARS}/active`)).status).toBe(204);
    expect(await answering()).toBe('2.0.0');
  });

  it('keeps a package that is not to answer yet, and loads and unloads it on demand', async () => {
    await start();
    expect((await upload('1.0.0', await tarballOf('1.0.0'), '?activate=false')).status).toBe(204);
    expect(await answering()).toBe('2.0.0');
    expect((await post(`${CARS}/versions/1.0.0/load`)).status).toBe(204);
    expect(await answering(`${CARS}/versions/1.0.0/predict`)).toBe('1.0.0');
    expect(await answering()).toBe('2.0.0');
    expect((await post(`${CARS}/versions/1.0.0/unload`)).status).toBe(204);
    expect((await service.post(`${CARS}/versions/1.0.0/predict`, { inputs: [ARTICLE_ROW] })).status).toBe(503);
  });

  it('keeps a newer version waiting too, although the policy would have it answer', async () => {
    await start();
    const other = await copyPackage();
    const manifest = await other.json('manifest.json');
    await other.write('manifest.json', JSON.stringify({ ...manifest, version: '2.1.0' }));
    const { tarball } = await packTarball(other.path, { name: 'car-evaluation', version: '2.1.0' }, null);
    await other.remove();
    expect((await upload('2.1.0', tarball, '?activate=false')).status).toBe(204);
    expect([await answering(), await index()]).toEqual([
      '2.0.0',
      { 'car-evaluation@2.1.0': 'UNAVAILABLE', 'car-evaluation@2.0.0': 'READY' },
    ]);
  });

  it('has an alias stand for a version, in paths and across a restart', async () => {
    await start();
    await upload('1.0.0', await tarballOf('1.0.0'), '?activate=false');
    expect((await put(`${CARS}/aliases/stable`, { version: '1.0.0' })).status).toBe(204);
    expect(await answering(`${CARS}/versions/stable/predict`)).toBe('1.0.0');
    expect((await post(`${CARS}/versions/1.0.0/unload`)).body.type).toBe('/problems/version-in-use');
    await service.close();
    await start();
    expect(await answering(`${CARS}/versions/stable/predict`)).toBe('1.0.0');
    const { body } = await service.get(`${CARS}/versions/stable`);
    expect([body.version, body.aliases]).toEqual(['1.0.0', ['stable']]);
    expect((await remove(`${CARS}/aliases/stable`)).status).toBe(204);
    expect((await service.post(`${CARS}/versions/stable/predict`, { inputs: [ARTICLE_ROW] })).status).toBe(404);
  });

  it('says what is wrong with a change, and changes nothing', async () => {
    await start();
    const refusals = await Promise.all([
      post(`${CARS}/versions/9.9.9/load`),
      post('/api/v1/models/no-such-model/versions/1.0.0/load'),
      put(`${CARS}/aliases/stable`, { version: 'newest' }),
      put(`${CARS}/aliases/stable`, { version: '2.0.0', colour: 'red' }),
      put(`${CARS}/aliases/1.0.0`, { version: '2.0.0' }),
      remove(`${CARS}/aliases/stable`),
      put(`${CARS}/aliases/stable`, []),
    ]);
    expect(refusals.map(({ status, body }) => [status, body.type])).toEqual([
      [404, '/problems/unknown-version'],
      [404, '/problems/unknown-model'],
      [400, '/problems/invalid-input'],
      [400, '/problems/invalid-input'],
      [400, '/problems/bad-request'],
      [404, '/problems/unknown-alias'],
      [400, '/problems/invalid-input'],
    ]);
    expect(refusals[2].body.errors).toEqual([
      { pointer: '/version', code: 'wrong-type', message: 'must be an exact version such as 2.0.0' },
    ]);
    expect([await answering(), await index()]).toEqual(['2.0.0', { 'car-evaluation@2.0.0': 'READY' }]);
  });

  it('tells when a decision will not outlast a restart', async () => {
    await writeFile(join(state, 'file'), '');
    await start({ STATE_DIR: join(state, 'file') });
    const { status, body } = await put(`${CARS}/aliases/stable`, { version: '2.0.0' });
    expect([status, body.type]).toEqual([503, '/problems/state-not-writable']);
    expect(body.detail).toContain('STATE_DIR');
  });
});

describe('an upload', () => {
  const everything = async () =>
    (await readdir(folder.models, { recursive: true })).filter((path) => !path.startsWith('.staging')).sort();

  async function refusal(version: string, body: Buffer, type = 'application/gzip') {
    const before = await everything();
    const { status, body: problem } = await request(service.url)
      .put(`${CARS}/versions/${version}`)
      .set('content-type', type)
      .send(body);
    expect(await everything()).toEqual(before);
    expect(await readdir(join(folder.models, '.staging')).catch(() => [])).toEqual([]);
    expect(await answering()).toBe('2.0.0');
    return [status, problem.type];
  }

  it('that will not do is refused by name, and leaves no file behind', async () => {
    await start({ UPLOAD_LIMIT: '60000' });
    const good = await tarballOf('1.0.0');
    const other = await copyPackage();
    await other.forge('golden.json', await forgedGolden(other));
    const wrongAnswers = (await packTarball(other.path, { name: 'car-evaluation', version: '2.0.0' }, null)).tarball;
    await other.remove();
    expect([
      await refusal('1.0.0', Buffer.from('no tarball')),
      await refusal('1.0.0', good.subarray(0, good.length / 2)),
      await refusal('3.0.0', good),
      await refusal('2.0.0', wrongAnswers),
      await refusal('1.0.0', Buffer.alloc(70_000, 7)),
      await refusal('1.0.0', good, 'application/json'),
    ]).toEqual([
      [422, '/problems/tarball-corrupt'],
      [422, '/problems/tarball-corrupt'],
      [422, '/problems/tarball-layout'],
      [422, '/problems/golden-mismatch'],
      [422, '/problems/tarball-too-large'],
      [415, '/problems/unsupported-media-type'],
    ]);
  });

  it('of a version that is there is done already when it is the same, and refused when it is another', async () => {
    await start();
    expect((await upload('2.0.0', await tarballOf('2.0.0'))).status).toBe(204);
    const other = await copyPackage();
    await other.forge('README.md', '# Another card\n');
    const { status, body } = await upload(
      '2.0.0',
      (await packTarball(other.path, { name: 'car-evaluation', version: '2.0.0' }, null)).tarball,
    );
    await other.remove();
    expect([status, body.type]).toEqual([409, '/problems/version-exists']);
  });

  async function forgedGolden(source: PackageFolder): Promise<string> {
    const golden = JSON.parse(await readFile(source.file('golden.json'), 'utf8'));
    golden.records[0].probabilities.reverse();
    return JSON.stringify(golden);
  }
});
