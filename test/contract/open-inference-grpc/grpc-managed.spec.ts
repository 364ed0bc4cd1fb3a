import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../support/free-port.js';
import { ARTICLE_ROW, startTestApp, type TestApp } from '../../support/test-app.js';

const { inference } = grpc.loadPackageDefinition(
  loadSync('src/prediction/protocols/open-inference-grpc/open_inference.proto', { keepCase: true, defaults: true }),
) as any;

let state: string;
let service: TestApp;
let client: grpc.Client & Record<string, any>;
beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'tensornest-state-'));
  const port = await freePort();
  service = await startTestApp({
    GRPC_PORT: String(port),
    ADMIN_API: 'true',
    STATE_DIR: state,
    WATCH_MODELS: 'false',
    VERSION_POLICY: 'all',
  });
  client = new inference.GRPCInferenceService(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
});
afterAll(async () => {
  client.close();
  await service.close();
  await rm(state, { recursive: true });
});

function call(method: string, message: object, metadata: Record<string, string> = {}): Promise<any> {
  const sent = new grpc.Metadata();
  for (const [name, value] of Object.entries(metadata)) sent.set(name, value);
  return new Promise((resolve, reject) => {
    client[method](message, sent, (error: Error | null, answer: unknown) => {
      if (error === null) resolve(answer);
      else reject(error);
    });
  });
}

const car = {
  model_name: 'car-evaluation',
  inputs: Object.entries(ARTICLE_ROW).map(([name, value]) => ({
    name,
    datatype: 'BYTES',
    shape: [1],
    contents: { bytes_contents: [Buffer.from(String(value))] },
  })),
};

async function states(): Promise<Record<string, string>> {
  const { models } = await call('RepositoryIndex', {});
  return Object.fromEntries(models.map((entry: any) => [`${entry.name}@${entry.version}`, entry.state]));
}

describe('operators over gRPC', () => {
  it('see every version, take a model out of service and bring it back', async () => {
    expect(await states()).toMatchObject({ 'penguins@1.0.0': 'READY', 'car-evaluation@2.0.0': 'READY' });
    await call('RepositoryModelUnload', { model_name: 'penguins' });
    expect((await states())['penguins@1.0.0']).toBe('UNAVAILABLE');
    expect(await call('ModelReady', { name: 'penguins' })).toEqual({ ready: false });
    await call('RepositoryModelLoad', { model_name: 'penguins' });
    expect(await call('ModelReady', { name: 'penguins' })).toEqual({ ready: true });
  });

  it('are told which model is not there', async () => {
    await expect(call('RepositoryModelLoad', { model_name: 'no-such-model' })).rejects.toMatchObject({
      code: grpc.status.NOT_FOUND,
    });
  });
});

it('a canary sticks to what a client names in its metadata', async () => {
  const { status } = await service.post('/api/v1/models/car-evaluation/rollout', {
    candidate: '1.0.0',
    mode: 'canary',
    percent: 50,
    stickyHeader: 'x-customer',
    gate: { minRows: 100_000 },
  });
  expect(status).toBeLessThan(300);
  const versionFor = async (customer: string) =>
    (await call('ModelInfer', car, { 'x-customer': customer })).model_version;
  const customers = Array.from({ length: 40 }, (_, index) => `customer-${index}`);
  const first = await Promise.all(customers.map(versionFor));
  const second = await Promise.all(customers.map(versionFor));
  expect(second).toEqual(first);
  expect(new Set(first)).toEqual(new Set(['1.0.0', '2.0.0']));
});
