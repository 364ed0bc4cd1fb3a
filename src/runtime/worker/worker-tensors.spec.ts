import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readPackage } from '../../model/package/reader.js';
import { WorkerPool } from './worker-pool.js';

const { artifacts } = await readPackage('models/car-evaluation/2.0.0', { name: 'car-evaluation', version: '2.0.0' });
const WIDTH = 21;

let pool: WorkerPool;
beforeAll(() => {
  pool = new WorkerPool({ backend: 'wasm' }, 2);
});
afterAll(() => pool.close());

it('a model has its tensors in every worker until it is closed, however often it runs', async () => {
  const model = await pool.open(artifacts);
  const open = await pool.tensorCounts();
  expect(open).toEqual([expect.any(Number), open[0]]);
  expect(open[0]).toBeGreaterThan(0);
  const batch = () => ({ data: new Float32Array(WIDTH * 9), rows: 9, width: WIDTH });
  await Promise.all(Array.from({ length: 50 }, () => model.run(batch())));
  expect(await pool.tensorCounts()).toEqual(open);
  model.close();
  expect(await pool.tensorCounts()).toEqual([0, 0]);
  await expect(model.run(batch())).rejects.toThrow();
});

it('artifacts that are no model are refused by name, and leave no tensor behind', async () => {
  const cut = { ...artifacts, weights: artifacts.weights.slice(0, 400) };
  const refusal = { code: 'model-invalid', message: expect.stringContaining('model.json') as string };
  await expect(pool.open(cut)).rejects.toMatchObject(refusal);
  expect(await pool.tensorCounts()).toEqual([0, 0]);
});

it('models that are opened at once do not get in each other’s way', async () => {
  const models = await Promise.all(Array.from({ length: 4 }, () => pool.open(artifacts)));
  const answers = await Promise.all(
    models.map((model) => model.run({ data: new Float32Array(WIDTH), rows: 1, width: WIDTH })),
  );
  expect(new Set(answers.map(String)).size).toBe(1);
  for (const model of models) model.close();
  expect(await pool.tensorCounts()).toEqual([0, 0]);
});

const SCRIPT = `
import { readPackage } from './dist/model/package/reader.js';
import { BACKENDS } from './dist/runtime/backends/index.js';
const { artifacts } = await readPackage('models/car-evaluation/2.0.0', { name: 'car-evaluation', version: '2.0.0' });
const backend = await BACKENDS.wasm({ workers: 2 });
const model = await backend.open(artifacts, 'worker');
const answers = await model.run({ data: new Float32Array(${WIDTH}), rows: 1, width: ${WIDTH} });
`;

it.each([
  ['is closed', "model.close(); await backend.close(); console.log(answers.length, 'closed');", '4 closed\n'],
  ['is idle', "console.log(answers.length, 'idle');", '4 idle\n'],
])('a process waits for an answer, and ends by itself when everything %s', async (_, end, output) => {
  const argv = ['-e', SCRIPT + end];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { timeout: 10_000 });
  expect(stdout).toBe(output);
});
