import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/support/test-app.js';
import { writeTensorModels } from '../../../test/support/tensor-models.js';
import type { InferenceBackend } from '../../core/ports/inference-backend.js';
import { BACKENDS } from '../../runtime/backends/index.js';
import { writePackage } from '../../model/package/writer.js';
import { readTfjs } from '../../training/imported/read-tfjs.js';
import { importTensors } from './import-model.js';

const OPTIONS = { name: 'imported', version: '1.0.0', licence: 'MIT' };

let models: string;
let service: TestApp | undefined;
beforeEach(async () => {
  models = await mkdtemp(join(tmpdir(), 'tensornest-import-'));
});
afterEach(async () => {
  await service?.close();
  service = undefined;
  await rm(models, { recursive: true });
});

async function importModel(file: string, backend: InferenceBackend): Promise<void> {
  const modelJson = JSON.parse(await readFile(file, 'utf8'));
  const artifacts = await readTfjs(file, modelJson);
  const called = await backend.inspect(artifacts);
  await writePackage(models, await importTensors(artifacts, called, OPTIONS, 1, backend));
}

const serve = async () => (service = await startTestApp({ MODELS_DIR: models }));

describe('an imported model', () => {
  it('of layers is served with the tensors that it declares', async () => {
    await importModel('models/car-evaluation/2.0.0/model.json', await BACKENDS.wasm());
    const { get, post } = await serve();
    const { body: metadata } = await get('/v2/models/imported');
    const [input] = metadata.inputs;
    expect(input).toMatchObject({ datatype: 'FP32', shape: [-1, 21] });
    const inputs = [{ ...input, shape: [1, 21], data: Array(21).fill(0) }];
    const { status, body } = await post('/v2/models/imported/infer', { inputs });
    expect(status).toBe(200);
    expect(body.outputs[0].shape).toEqual([1, 4]);
  });

  it('of a graph is served too', async () => {
    const source = await writeTensorModels();
    const backend = await BACKENDS.wasm();
    const before = backend.tensorCount();
    await importModel(join(source, 'half_plus_two/123.0.0/model.json'), backend);
    expect(backend.tensorCount()).toBe(before);
    await rm(source, { recursive: true });
    const { body } = await (await serve()).post('/v1/models/imported:predict', { instances: [1, 2, 5] });
    expect(body).toEqual({ predictions: [2.5, 3, 4.5] });
  });

  it('is refused when its file is none', async () => {
    const importing = importModel('package.json', await BACKENDS.wasm());
    await expect(importing).rejects.toMatchObject({ code: 'model-invalid' });
  });
});
