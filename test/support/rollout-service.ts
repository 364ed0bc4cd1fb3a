import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import request from 'supertest';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import type { Row } from '../../src/core/signature.js';
import { ModelRegistry } from '../../src/model/model-registry.js';
import { ModelRepository } from '../../src/model/model-repository.js';
import type { TabularSlot } from '../../src/model/tabular-slot.js';
import { allCarRows } from './car-rows.js';
import { ARTICLE_ROW, startTestApp, type TestApp } from './test-app.js';
import { tabular } from './tabular.js';

const SHIPPED = join(import.meta.dirname, '../../models/car-evaluation');
export const CARS = '/api/v1/models/car-evaluation';
export const ROLLOUT = `${CARS}/rollout`;
export const ROWS = allCarRows();
/** Timing is for the gate's own tests: a machine that runs tests is no judge of it. */
export const GATE = { minRows: 1_728, minAgreement: 0.98, maxLatencyRatio: 1_000 };
/** The gate looks once a second. */
export const SOON = { timeout: 10_000, interval: 50 };

let folder: string;
/** The service under test. */
export let service: TestApp;
let running: TestApp | undefined;

/** A folder with both versions of the car model for every test, removed with its service afterwards. */
export function setUp(): void {
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tensornest-rollout-'));
    for (const version of ['1.0.0', '2.0.0']) await cp(join(SHIPPED, version), path(version), { recursive: true });
  });

  afterEach(async () => {
    vi.restoreAllMocks();
    await running?.close();
    running = undefined;
    await rm(folder, { recursive: true, force: true });
  });
}

const path = (version: string) => join(folder, 'models/car-evaluation', version);

export const environment = () => ({
  MODELS_DIR: join(folder, 'models'),
  STATE_DIR: join(folder, 'state'),
  ADMIN_API: 'true',
  WATCH_MODELS: 'false',
});

/** Starts the service, or starts it again, with what it has kept. */
export async function restart(env: Record<string, string> = {}): Promise<void> {
  await running?.close();
  running = service = await startTestApp({ ...environment(), ...env });
}

/** Starts the service with `current` answering. */
export async function start(current: string, env: Record<string, string> = {}): Promise<void> {
  await restart(env);
  await service.app.get(ModelRepository).change({ kind: 'activate', name: 'car-evaluation', version: current });
}

/** Puts a version into the store that is another one but for its name, and for what `edit` does to its manifest. */
export async function addVersion(version: string, like: string, edit: (manifest: any) => void = () => undefined) {
  await cp(path(like), path(version), { recursive: true });
  const manifest = JSON.parse(await readFile(join(path(version), 'manifest.json'), 'utf8'));
  manifest.version = version;
  edit(manifest);
  await writeFile(join(path(version), 'manifest.json'), JSON.stringify(manifest));
}

export const begin = (body: unknown) => service.post(ROLLOUT, body);
export const end = () => request(service.url).delete(ROLLOUT);
export const status = async () => (await service.get(ROLLOUT)).body;

export async function begun(body: object): Promise<any> {
  const answer = await begin(body);
  expect([answer.status, answer.body.detail]).toEqual([201, undefined]);
  return answer.body;
}

export async function ask(
  rows: readonly Row[],
  headers: Record<string, string> = {},
  to = '/api/v1/predict',
): Promise<any> {
  const answer = await request(service.url).post(to).set(headers).send({ inputs: rows });
  expect(answer.status).toBe(200);
  return answer.body;
}

/** All inputs that there are, as clients send them: in requests of every size. */
export async function recordedTraffic(rows = ROWS): Promise<any[]> {
  const answers: any[] = [];
  for (let from = 0, size = 1; from < rows.length; from += size, size = (size % 90) + 7) {
    answers.push(await ask(rows.slice(from, from + size)));
  }
  return answers;
}

export const until = (state: string) =>
  vi.waitFor(async () => {
    const found = await status();
    expect(found.state).toBe(state);
    return found;
  }, SOON);

export const seen = (rows: number) =>
  vi.waitFor(async () => {
    const { statistics } = await status();
    expect(statistics.rows).toBe(rows);
    return statistics;
  }, SOON);

export const slotOf = (version: string): TabularSlot =>
  tabular(service.app.get(ModelRegistry).slot('car-evaluation', version));

export async function stateOf(version: string): Promise<string> {
  return (await service.get(`${CARS}/versions/${version}`)).body.state;
}

export const answering = async () => (await ask([ARTICLE_ROW])).version;
