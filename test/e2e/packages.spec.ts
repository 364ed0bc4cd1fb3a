import { cp, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LAYER_CLASSES } from '../../src/model/package/layer-classes.js';
import { DAMAGES } from '../support/damages.js';
import { copyPackage, type PackageFolder } from '../support/package-factory.js';
import { ARTICLE_ROW, startTestApp, type TestApp } from '../support/test-app.js';

let folder: PackageFolder;
let service: TestApp | undefined;
beforeEach(async () => {
  folder = await copyPackage();
});
afterEach(async () => {
  await service?.close();
  service = undefined;
  await folder.remove();
});

describe('a package with', () => {
  it.each(DAMAGES)('$name is refused by name', async ({ harm, fault, names }) => {
    await harm(folder);
    service = await startTestApp({ MODELS_DIR: folder.models });

    const { body } = await service.get('/api/v1/models/car-evaluation');
    expect(body.versions).toEqual([
      { version: '2.0.0', state: 'failed', default: false, aliases: [], fault, reason: expect.stringMatching(names) },
    ]);
    expect(body.versions[0].reason).not.toContain(folder.models);

    const ready = await service.get('/health/ready');
    expect(ready.status).toBe(503);
    expect(ready.body.error['car-evaluation'].message).toMatch(names);

    const answer = await service.predict([ARTICLE_ROW]);
    expect(answer.status).toBe(503);
    expect(answer.body.type).toBe('/problems/model-not-ready');
  });

  it('more bytes than MAX_PACKAGE_BYTES is refused, and served where they are allowed', async () => {
    const { files } = await folder.json<{ files: { bytes: number }[] }>('manifest.json');
    const listed = files.reduce((sum, { bytes }) => sum + bytes, 0);
    service = await startTestApp({ MODELS_DIR: folder.models, MAX_PACKAGE_BYTES: String(listed) });
    const refused = await service.get('/api/v1/models/car-evaluation');
    expect(refused.body.versions).toMatchObject([{ state: 'failed', fault: 'package-too-large' }]);
    await service.close();

    service = await startTestApp({ MODELS_DIR: folder.models, MAX_PACKAGE_BYTES: String(listed + 100_000) });
    expect((await service.predict([ARTICLE_ROW])).status).toBe(200);
  });
});

it('may have every layer that TensorFlow.js itself registers, and nothing that it does not know', async () => {
  const { serialization } = await import('@tensorflow/tfjs-core');
  const { layers } = await import('@tensorflow/tfjs-layers');
  const registered = Object.entries(serialization.SerializationMap.getMap().classNameMap);
  const names = registered.map(([name]) => name);
  expect([...LAYER_CLASSES].filter((name) => !names.includes(name))).toEqual([]);
  const layerNames = registered.filter(([, [kind]]) => kind.prototype instanceof layers.Layer).map(([name]) => name);
  expect(layerNames.length).toBeGreaterThan(50);
  expect(layerNames.filter((name) => !LAYER_CLASSES.has(name))).toEqual([]);
});

describe('a refused package', () => {
  it('does not keep another version from serving', async () => {
    const bad = join(dirname(folder.path), '2.1.0');
    await cp(folder.path, bad, { recursive: true });
    await writeFile(join(bad, 'weights.bin'), '');
    service = await startTestApp({ MODELS_DIR: folder.models });
    const { status, body } = await service.predict([ARTICLE_ROW]);
    expect([status, body.version]).toEqual([200, '2.0.0']);
    expect((await service.get('/health/ready')).status).toBe(200);
  });
});
