import { rename, rm } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { TensornestError } from '../../src/core/errors.js';
import { ModelRepository } from '../../src/model/model-repository.js';
import { WorkerPool } from '../../src/runtime/worker/worker-pool.js';
import { DAMAGES } from '../support/damages.js';
import { CARS, ModelsFolder } from '../support/models-folder.js';
import { copyPackage, type PackageFolder } from '../support/package-factory.js';
import { ARTICLE_ROW, startTestApp, type TestApp } from '../support/test-app.js';
import { withoutId } from '../support/without-id.js';

const ACTIVATIONS = 200;
const NAME = `${CARS}/2.0.0`;

let folder: ModelsFolder;
let service: TestApp | undefined;
const damaged: PackageFolder[] = [];
beforeAll(async () => {
  folder = await ModelsFolder.with(`${CARS}/1.0.0`);
  for (const { harm } of DAMAGES) {
    const copy = await copyPackage();
    await harm(copy);
    damaged.push(copy);
  }
});
afterEach(async () => {
  vi.restoreAllMocks();
  await service?.close();
  service = undefined;
});
afterAll(async () => {
  await folder.remove();
  for (const copy of damaged) await rm(copy.models, { recursive: true });
});

describe(`after ${ACTIVATIONS} failed activations of every kind`, () => {
  const outcome = async (attempt: Promise<void>) =>
    attempt.then(
      () => 'it was activated',
      (error: unknown) => (error as TensornestError).code,
    );

  it.each([
    ['in the process', 'inline'],
    ['in worker threads', 'worker'],
  ])(
    'there are as many tensors %s as before, and the older version serves on',
    { timeout: 120_000 },
    async (_, place) => {
      const open = vi.spyOn(WorkerPool.prototype, 'open');
      const env = { VERSION_POLICY: 'pinned:1.0.0', WATCH_MODELS: 'false', TABULATE: 'off', PLACEMENT: place };
      service = await startTestApp({ ...folder.env, ...env });
      const repository = service.app.get(ModelRepository);
      const predict = async () => withoutId((await service!.predict([ARTICLE_ROW])).text);
      const before = await predict();
      const count = async () => {
        const [pool] = open.mock.contexts as WorkerPool[];
        return [
          tf.memory().numTensors,
          Object.keys(tf.engine().registeredVariables).length,
          await pool?.tensorCounts(),
        ];
      };
      const atFirst = await count();

      const codes: string[] = [];
      for (let round = 0; round < ACTIVATIONS; round += 1) {
        const { path } = damaged[round % DAMAGES.length]!;
        await rename(path, folder.path(NAME));
        codes.push(await outcome(repository.change({ kind: 'activate', name: CARS, version: '2.0.0' })));
        await rename(folder.path(NAME), path);
      }

      expect(codes).toEqual(codes.map((_code, round) => DAMAGES[round % DAMAGES.length]!.fault));
      expect(await count()).toEqual(atFirst);
      expect(await predict()).toBe(before);
    },
  );
});
