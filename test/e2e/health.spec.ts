import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { OpenModel } from '../../src/core/ports/inference-backend.js';
import { ModelRegistry } from '../../src/model/model-registry.js';
import { ARTICLE_ROW, bootTestApp, startTestApp, type TestApp } from '../support/test-app.js';

let service: TestApp | undefined;
afterEach(async () => {
  await service?.close();
  service = undefined;
});

async function probes({ get }: TestApp): Promise<Record<string, number>> {
  const names = ['live', 'ready', 'startup'];
  const answers = await Promise.all(names.map(async (name) => (await get(`/health/${name}`)).status));
  return Object.fromEntries(names.map((name, index) => [name, answers[index]!]));
}

describe('the probes', () => {
  it('tell the truth from the first second: listening, but not ready until the models are', async () => {
    service = await bootTestApp();
    const early = await service.get('/health/live');
    expect(early.status).toBe(200);
    await service.loaded;
    expect(await probes(service)).toEqual({ live: 200, ready: 200, startup: 200 });
  });

  it('answer with the body of Terminus, which names the models', async () => {
    service = await startTestApp();
    const { body } = await service.get('/health/ready');
    expect(body).toMatchObject({
      status: 'ok',
      details: { models: { status: 'up' }, 'car-evaluation': { status: 'up', version: '2.0.0' } },
    });
  });

  it('do not call an empty service ready, but alive', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'tensornest-empty-'));
    service = await startTestApp({ MODELS_DIR: empty });
    expect(await probes(service)).toEqual({ live: 200, ready: 503, startup: 200 });
    expect((await service.get('/health/ready')).body.error.models.message).toBe('There is no model to serve.');
    await rm(empty, { recursive: true });
  });

  it('do not call a service without a required model ready', async () => {
    service = await startTestApp({ REQUIRED_MODELS: 'car-evaluation,no-such-model' });
    const { status, body } = await service.get('/health/ready');
    expect(status).toBe(503);
    expect(Object.keys(body.error)).toEqual(['no-such-model']);
    expect(Object.keys(body.info)).toContain('car-evaluation');
  });

  it('notice a model that stopped working, and that it works again', async () => {
    service = await startTestApp();
    const slot = service.app.get(ModelRegistry).slot() as unknown as { model: OpenModel };
    const healthy = slot.model;
    slot.model = { ...healthy, run: () => Promise.reject(new Error('the device is gone')) };

    const answer = await service.predict([ARTICLE_ROW]);
    expect([answer.status, answer.body.type]).toEqual([500, '/problems/inference-failed']);
    expect(answer.text).not.toContain('device');
    expect(await probes(service)).toEqual({ live: 200, ready: 503, startup: 200 });

    slot.model = healthy;
    expect(await probes(service)).toEqual({ live: 200, ready: 200, startup: 200 });
  });

  it('never let a non-finite answer out', async () => {
    service = await startTestApp();
    const slot = service.app.get(ModelRegistry).slot() as unknown as { model: OpenModel };
    slot.model = { ...slot.model, run: () => Promise.resolve(Float32Array.of(NaN, 0, 0, 1)) };
    const answer = await service.predict([ARTICLE_ROW]);
    expect([answer.status, answer.body.type]).toEqual([500, '/problems/non-finite-output']);
  });
});

describe('GET /api/v1/health', () => {
  it("is the article's answer, with the model and the backend", async () => {
    service = await startTestApp({ SERVER_NAME: 'Cars' });
    const { status, body } = await service.get('/api/v1/health');
    expect(status).toBe(200);
    expect(body).toEqual({
      name: 'Cars',
      api_version: '1.0.0',
      model_version: '2.0.0',
      model: 'car-evaluation',
      backend: 'wasm',
    });
  });
});
