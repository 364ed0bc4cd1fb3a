import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packTarball } from '../../src/model/package/tarball.js';
import { ARTICLE_ROW, startTestApp, type TestApp } from '../support/test-app.js';
import { writeTensorModels } from '../support/tensor-models.js';

const SHIPPED = join(import.meta.dirname, '../../models/car-evaluation');
const CARS = '/api/v1/models/car-evaluation';
const V2_CARS = '/v2/models/car-evaluation';

let folder: string;
let service: TestApp;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensornest-doors-'));
  for (const version of ['1.0.0', '2.0.0']) {
    await cp(join(SHIPPED, version), join(folder, 'models/car-evaluation', version), { recursive: true });
  }
  await writeTensorModels(join(folder, 'models'));
});
afterEach(async () => {
  await service.close();
  await rm(folder, { recursive: true });
});

async function start(env: Record<string, string> = {}): Promise<void> {
  service = await startTestApp({
    MODELS_DIR: join(folder, 'models'),
    STATE_DIR: join(folder, 'state'),
    ADMIN_API: 'true',
    WATCH_MODELS: 'false',
    ...env,
  });
}

const columns = Object.entries(ARTICLE_ROW).map(([name, value]) => ({
  name,
  shape: [1],
  datatype: 'BYTES',
  data: [String(value)],
}));
const infer = (path = V2_CARS, headers: Record<string, string> = {}) =>
  request(service.url).post(`${path}/infer`).set(headers).send({ inputs: columns });
const versionBy = async (path?: string, headers?: Record<string, string>) =>
  (await infer(path, headers)).body.model_version;
const change = (method: 'post' | 'put' | 'delete', path: string, body?: object) =>
  request(service.url)[method](path).send(body);
const predictV1 = (path: string) =>
  service.post(`/v1/models/car-evaluation${path}:predict`, { instances: [ARTICLE_ROW] });
const states = async () =>
  Object.fromEntries(
    (await service.post('/v2/repository/index', '')).body.map((entry: any) => [
      `${entry.name}@${entry.version}`,
      entry.state,
    ]),
  );

describe('an alias', () => {
  it('stands for its version at every door', async () => {
    await start();
    expect((await predictV1('/labels/stable')).body.error).toContain('Unrecognized servable version label: stable');
    expect((await change('put', `${CARS}/aliases/stable`, { version: '1.0.0' })).status).toBe(204);
    expect(await versionBy()).toBe('2.0.0');
    expect(await versionBy(`${V2_CARS}/versions/stable`)).toBe('1.0.0');
    expect((await service.get(`${V2_CARS}/versions/stable/ready`)).body.ready).toBe(true);
    const { predictions } = (await predictV1('/labels/stable')).body;
    expect(predictions).toEqual((await predictV1('/versions/1')).body.predictions);
    expect(predictions).not.toEqual((await predictV1('')).body.predictions);
    const [status] = (await service.get('/v1/models/car-evaluation/labels/stable')).body.model_version_status;
    expect(status).toMatchObject({ version: '1', state: 'AVAILABLE' });
  });
});

describe('a version that nobody asked for', () => {
  it('is no servable of TensorFlow Serving, and not ready by the other names', async () => {
    await start();
    const { status, body } = await predictV1('/versions/1');
    expect([status, body.error]).toEqual([404, 'Servable not found for request: Specific(car-evaluation, 1)']);
    const listed = (await service.get('/v1/models/car-evaluation')).body.model_version_status;
    expect(listed.map(({ version }: any) => version)).toEqual(['2']);
    expect((await service.get(`${V2_CARS}/versions/1/ready`)).status).toBe(503);
    expect((await infer(`${V2_CARS}/versions/1`)).status).toBe(503);
  });
});

describe('the repository of the Open Inference Protocol', () => {
  const load = (name: string) => service.post(`/v2/repository/models/${name}/load`, '');
  const unload = (name: string) => service.post(`/v2/repository/models/${name}/unload`, '');

  it('takes a model out of service, whole, and brings it back', async () => {
    await start();
    expect(await states()).toMatchObject({
      'car-evaluation@2.0.0': 'READY',
      'car-evaluation@1.0.0': 'UNAVAILABLE',
      'simple@3.1.0': 'READY',
    });
    expect((await service.get('/v2')).body.extensions).toContain('model_repository');
    expect([(await unload('car-evaluation')).status, (await unload('simple')).status]).toEqual([200, 200]);
    expect(await states()).toMatchObject({
      'car-evaluation@2.0.0': 'UNAVAILABLE',
      'car-evaluation@1.0.0': 'UNAVAILABLE',
      'simple@3.1.0': 'UNAVAILABLE',
    });
    expect((await infer()).status).toBe(503);
    expect((await load('car-evaluation')).body).toEqual({ name: 'car-evaluation', load: true });
    expect(await versionBy()).toBe('2.0.0');
    expect((await service.post('/v2/repository/index', { ready: true })).body).not.toContainEqual(
      expect.objectContaining({ name: 'simple' }),
    );
  });

  it('finds a model that was put there since, and says why another cannot be loaded', async () => {
    await start();
    const late = join(folder, 'models/late/2.0.0');
    await cp(join(SHIPPED, '2.0.0'), late, { recursive: true });
    const manifest = JSON.parse(await readFile(join(late, 'manifest.json'), 'utf8'));
    await writeFile(join(late, 'manifest.json'), JSON.stringify({ ...manifest, name: 'late' }));
    expect((await load('late')).status).toBe(200);
    expect(await versionBy('/v2/models/late')).toBe('2.0.0');
    await unload('late');
    await writeFile(join(late, 'weights.bin'), 'x');
    const refused = await load('late');
    expect([refused.status, refused.body.error]).toEqual([422, expect.stringContaining('weights.bin')]);
    const missing = await load('nobody');
    expect([missing.status, missing.body.error]).toEqual([404, expect.stringMatching(/^Request for unknown model/)]);
    expect((await unload('nobody')).status).toBe(404);
  });

  it('does not pull a version from under an alias', async () => {
    await start();
    await change('put', `${CARS}/aliases/stable`, { version: '1.0.0' });
    const { status, body } = await unload('car-evaluation');
    expect([status, body.error]).toEqual([409, expect.stringContaining('The alias stable stands for')]);
    expect(await versionBy()).toBe('2.0.0');
  });

  it('is remembered by a restart', async () => {
    await start();
    await unload('simple');
    await service.close();
    await start();
    expect(await states()).toMatchObject({ 'simple@3.1.0': 'UNAVAILABLE', 'text@1.0.0': 'READY' });
  });
});

describe('a candidate on trial', () => {
  const begin = (body: object) => service.post(`${CARS}/rollout`, { candidate: '1.0.0', mode: 'canary', ...body });

  it('answers its share at every door, by the same header', async () => {
    await start();
    expect((await begin({ percent: 50, stickyHeader: 'x-user' })).status).toBe(201);
    const seen = new Set<string>();
    for (let user = 0; user < 12; user += 1) {
      const headers = { 'x-user': `user-${user}` };
      const native = await request(service.url)
        .post('/api/v1/predict')
        .set(headers)
        .send({ inputs: [ARTICLE_ROW] });
      expect(await versionBy(V2_CARS, headers)).toBe(native.body.version);
      const v1 = await request(service.url)
        .post('/v1/models/car-evaluation:predict')
        .set(headers)
        .send({ instances: [ARTICLE_ROW] });
      const shown = Object.values<number>(native.body.results[0].probabilities);
      const { probabilities } = v1.body.predictions[0];
      expect(probabilities).toHaveLength(shown.length);
      shown.forEach((value, index) => expect(probabilities[index]).toBeCloseTo(value, 5));
      expect(await versionBy(`${V2_CARS}/versions/2`, headers)).toBe('2.0.0');
      seen.add(native.body.version);
    }
    expect([...seen].sort()).toEqual(['1.0.0', '2.0.0']);
  });

  it('reads a matrix that was encoded for the current version as the rows that it stands for', async () => {
    await start({ TABULATE: 'off' });
    const matrix = [1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1];
    await begin({ percent: 100 });
    const byMatrix = await service.post(`${V2_CARS}/infer`, {
      inputs: [{ name: 'encoded', shape: [1, matrix.length], datatype: 'FP32', data: matrix }],
    });
    expect(byMatrix.body.model_version).toBe('1.0.0');
    expect(byMatrix.body.outputs).toEqual((await infer()).body.outputs);
  });

  it('cannot be a model of tensors', async () => {
    await start();
    const text = join(folder, 'models/text');
    await cp(join(text, '1.0.0'), join(text, '2.0.0'), { recursive: true });
    const file = join(text, '2.0.0/manifest.json');
    await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), version: '2.0.0' }));
    await service.close();
    await start();
    const { status, body } = await service.post('/api/v1/models/text/rollout', { candidate: '1.0.0', mode: 'shadow' });
    expect([status, body.type]).toEqual([422, '/problems/incompatible-signature']);
    expect(body.detail).toContain('takes and gives tensors');
  });
});

describe('a package of tensors', () => {
  it('is uploaded, verified and served like any other', async () => {
    await start();
    const ref = { name: 'simple', version: '3.1.0' };
    const { tarball } = await packTarball(join(folder, 'models/simple/3.1.0'), ref, null);
    await rm(join(folder, 'models/simple'), { recursive: true });
    await service.close();
    await start();
    expect((await service.get('/v2/models/simple')).status).toBe(404);
    const upload = await request(service.url)
      .put('/api/v1/models/simple/versions/3.1.0')
      .set('content-type', 'application/gzip')
      .send(tarball);
    expect([upload.status, upload.body]).toEqual([204, {}]);
    expect((await service.get('/v2/models/simple/ready')).body.ready).toBe(true);
  });

  it('is chosen by the version policy', async () => {
    await cp(join(folder, 'models/text/1.0.0'), join(folder, 'models/text/1.1.0'), { recursive: true });
    const file = join(folder, 'models/text/1.1.0/manifest.json');
    await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), version: '1.1.0' }));
    await start({ VERSION_POLICY: 'latest;text=pinned:1.0.0' });
    expect(await states()).toMatchObject({ 'text@1.0.0': 'READY', 'text@1.1.0': 'UNAVAILABLE' });
  });
});
