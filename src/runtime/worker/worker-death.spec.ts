import { Logger } from '@nestjs/common';
import { afterEach, beforeAll, expect, it } from 'vitest';
import type { ModelArtifacts, OpenModel } from '../../core/ports/inference-backend.js';
import { readPackage } from '../../model/package/reader.js';
import { WorkerPool } from './worker-pool.js';

const WIDTH = 21;
const STOPPED = { code: 'worker-crashed', message: 'The worker that ran the model stopped.' };

let artifacts: ModelArtifacts;
let pool: WorkerPool;
let model: OpenModel;

beforeAll(async () => {
  Logger.overrideLogger(false);
  const found = await readPackage('models/car-evaluation/2.0.0', { name: 'car-evaluation', version: '2.0.0' });
  artifacts = { ...found.artifacts };
});
afterEach(() => pool.close());

async function start(workers: number): Promise<void> {
  pool = new WorkerPool({ backend: 'wasm' }, workers);
  model = await pool.open({ ...artifacts, modelJson: structuredClone(artifacts.modelJson) });
}

function run(rows: number): Promise<Float32Array> {
  return model.run({ data: new Float32Array(rows * WIDTH), rows, width: WIDTH });
}

/** Batches that are still under way when the next line runs. */
function longRuns(count: number): Promise<PromiseSettledResult<Float32Array>[]> {
  return Promise.allSettled(Array.from({ length: count }, () => run(200_000)));
}

it('a worker that dies fails the batches it had, and the next one is answered within a second', async () => {
  await start(1);
  const runs = longRuns(3);
  await pool.threads[0]!.terminate();
  for (const outcome of await runs) expect(outcome).toMatchObject({ status: 'rejected', reason: STOPPED });
  const asked = performance.now();
  await expect(run(1)).resolves.toHaveLength(4);
  expect(performance.now() - asked).toBeLessThan(1_000);
});

it('a worker that dies fails nothing of the others, which go on in its place', async () => {
  await start(2);
  const [first, second] = pool.threads;
  const runs = longRuns(4);
  void first!.terminate();
  const outcomes = (await runs).map(({ status }) => status);
  expect(outcomes.sort()).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected']);
  await expect(run(1)).resolves.toHaveLength(4);
  expect(pool.threads).toContain(second);
  expect(pool.threads).not.toContain(first);
});

it('while workers keep dying, requests wait for the one that comes after the back-off', async () => {
  await start(1);
  for (let death = 0; death < 3; death += 1) {
    await pool.threads[0]!.terminate();
    await expect(run(1)).resolves.toHaveLength(4);
  }
});

it('a new worker opens the models that are open, and none that was closed', async () => {
  await start(1);
  const other = await pool.open(artifacts);
  const [both] = await pool.tensorCounts();
  other.close();
  await pool.threads[0]!.terminate();
  await run(1);
  expect(await pool.tensorCounts()).toEqual([both! / 2]);
});

it('a request does not wait for a worker that cannot open the model again', async () => {
  pool = new WorkerPool({ backend: 'wasm' }, 2);
  const modelJson: Record<string, unknown> = structuredClone(artifacts.modelJson);
  model = await pool.open({ ...artifacts, modelJson });
  modelJson.modelTopology = {};
  await Promise.all(pool.threads.map((thread) => thread.terminate()));
  await expect(run(1)).rejects.toMatchObject({ code: 'model-invalid' });
});

it('a model whose worker dies while it opens is refused', async () => {
  pool = new WorkerPool({ backend: 'wasm' }, 1);
  const opening = pool.open(artifacts);
  await new Promise(setImmediate);
  await Promise.all([expect(opening).rejects.toMatchObject(STOPPED), pool.threads[0]!.terminate()]);
});

it('a closed pool fails what is under way and takes nothing more', async () => {
  await start(1);
  const runs = longRuns(2);
  await pool.close();
  for (const outcome of await runs) expect(outcome).toMatchObject({ status: 'rejected', reason: STOPPED });
  await expect(run(1)).rejects.toMatchObject(STOPPED);
});

it('listens to a thread once, however much it runs', async () => {
  await start(1);
  const [thread] = pool.threads;
  const listeners = () => ['message', 'error', 'exit', 'messageerror'].map((event) => thread!.listenerCount(event));
  const before = listeners();
  await Promise.all(Array.from({ length: 100 }, () => run(1)));
  expect(listeners()).toEqual(before);
});
