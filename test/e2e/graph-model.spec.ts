import { afterEach, beforeEach, expect, it } from 'vitest';
import { allCarRows } from '../support/car-rows.js';
import { forgeGraphModel } from '../support/graph-model.js';
import { predictOffline } from '../support/offline.js';
import { copyPackage, type PackageFolder } from '../support/package-factory.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

let folder: PackageFolder;
let service: TestApp;
beforeEach(async () => {
  folder = await copyPackage();
});
afterEach(async () => {
  await service.close();
  await folder.remove();
});

it('a graph model serves like a layers model', async () => {
  await forgeGraphModel(folder);
  service = await startTestApp({ MODELS_DIR: folder.models });
  const rows = allCarRows();
  const { status, body } = await service.predict(rows);
  expect(status).toBe(200);
  expect(body.predictions).toEqual(predictOffline(rows).map(({ winner }) => winner));
});

it("a graph model whose width is not the signature's is refused", async () => {
  await forgeGraphModel(folder);
  const manifest = await folder.json('manifest.json');
  manifest.signature.features[0].encoding = 'ordinal';
  await folder.write('manifest.json', JSON.stringify(manifest));
  service = await startTestApp({ MODELS_DIR: folder.models });
  const { body } = await service.get('/api/v1/models/car-evaluation');
  expect(body.versions[0]).toMatchObject({ state: 'failed', fault: 'signature-mismatch' });
});
