import { rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ModelRegistry } from '../../src/model/model-registry.js';
import { allCarRows } from '../support/car-rows.js';
import { heavyModels } from '../support/heavy-package.js';
import { predictOffline } from '../support/offline.js';
import { tabular } from '../support/tabular.js';
import { withoutId } from '../support/without-id.js';
import { ARTICLE_ROW, startTestApp, type TestApp } from '../support/test-app.js';

let service: TestApp;
afterEach(() => service.close());

const versionOf = async ({ get }: TestApp, model: string, version: string) =>
  (await get(`/api/v1/models/${model}/versions/${version}`)).body;

/** Every prediction has a name of its own; all else of two answers can be compared to the letter. */

describe('the answer to all 1,728 inputs is the same', () => {
  const rows = allCarRows();
  const expected = predictOffline(rows).map(({ winner }) => winner);

  it.each([
    ['in advance', { TABULATE: 'auto' }, { tabulated: true, placement: 'inline' }],
    ['on demand', { TABULATE: 'off' }, { tabulated: false, placement: 'inline' }],
    ['in slices of seven rows', { TABULATE: 'off', MAX_BATCH_ROWS: '7' }, { tabulated: false }],
    ['in a worker thread', { TABULATE: 'off', PLACEMENT: 'worker', WORKERS: '2' }, { placement: 'worker' }],
    ['by the cpu backend', { TABULATE: 'off', BACKEND: 'cpu' }, { backend: 'cpu' }],
  ])('worked out %s, and the description says so', async (_, env, description) => {
    service = await startTestApp(env);
    expect(await versionOf(service, 'car-evaluation', '2.0.0')).toMatchObject(description);
    const { body } = await service.predict(rows);
    expect(body.predictions).toEqual(expected);
  });

  it('worked out in advance or on demand, to the last decimal', async () => {
    service = await startTestApp({ TABULATE: 'auto' });
    const inAdvance = await service.predict(rows);
    await service.close();
    service = await startTestApp({ TABULATE: 'off' });
    expect(withoutId((await service.predict(rows)).text)).toBe(withoutId(inAdvance.text));
  });
});

describe('requests at the same time', () => {
  it('share executions, and each gets the answer to its own rows', async () => {
    service = await startTestApp({ TABULATE: 'off' });
    const rows = allCarRows();
    const alone = await service.predict(rows);
    const answers = await Promise.all(rows.slice(0, 200).map((row) => service.predict([row])));
    answers.forEach(({ body }, index) => expect(body.results).toEqual([alone.body.results[index]]));
  });
});

describe('bodies in every spelling that JSON allows', () => {
  it.each([
    ['pretty', JSON.stringify({ inputs: [ARTICLE_ROW] }, null, 2)],
    ['with CRLF', JSON.stringify({ inputs: [ARTICLE_ROW] }, null, 2).replaceAll('\n', '\r\n')],
    ['with escapes', JSON.stringify({ inputs: [ARTICLE_ROW] }).replaceAll('med', String.raw`\u006ded`)],
    ['with another order', JSON.stringify({ inputs: [Object.fromEntries(Object.entries(ARTICLE_ROW).reverse())] })],
  ])('%s, get the same answer', async (_, body) => {
    service = await startTestApp();
    const plain = await service.predict([ARTICLE_ROW]);
    const other = await service.post('/api/v1/predict', body);
    expect([other.status, withoutId(other.text)]).toEqual([200, withoutId(plain.text)]);
  });

  it('in pieces, or compressed, get the same answer', async () => {
    service = await startTestApp();
    const { gzipSync } = await import('node:zlib');
    const text = JSON.stringify({ inputs: [ARTICLE_ROW] });
    const headers = { 'content-type': 'application/json' };
    const url = `${service.url}/api/v1/predict`;
    const plain = await (await fetch(url, { method: 'POST', headers, body: text })).text();
    const pieces = new ReadableStream({
      start(controller) {
        for (const letter of text) controller.enqueue(new TextEncoder().encode(letter));
        controller.close();
      },
    });
    const inPieces = await fetch(url, { method: 'POST', headers, body: pieces, duplex: 'half' });
    const zipped = { ...headers, 'content-encoding': 'gzip' };
    const compressed = await fetch(url, { method: 'POST', headers: zipped, body: gzipSync(text) });
    expect([await inPieces.text(), await compressed.text()].map(withoutId)).toEqual([plain, plain].map(withoutId));
  });
});

describe('a heavy model', () => {
  let models: string;
  beforeAll(async () => {
    models = await heavyModels();
  });
  afterAll(() => rm(models, { recursive: true }));

  it('is put into a worker thread, and the event loop stays free while it computes', async () => {
    service = await startTestApp({ MODELS_DIR: models, TABULATE: 'off' });
    expect(await versionOf(service, 'heavy', '1.0.0')).toMatchObject({ placement: 'worker' });
    const answer = service.predict(Array(500).fill(ARTICLE_ROW));
    const pending = Symbol('pending');
    const probe = () => service.get('/health/live').then(() => pending);
    let probes = 0;
    while ((await Promise.race([answer, probe()])) === pending) probes += 1;
    expect((await answer).body.predictions).toHaveLength(500);
    expect(probes).toBeGreaterThan(3);
  });

  it('is kept inline in small slices where PLACEMENT says so', async () => {
    service = await startTestApp({ MODELS_DIR: models, TABULATE: 'off', PLACEMENT: 'inline' });
    expect(await versionOf(service, 'heavy', '1.0.0')).toMatchObject({ placement: 'inline' });
    const slot = tabular(service.app.get(ModelRegistry).slot());
    const { answers, batchRows } = await slot.run(slot.encoder.encode(Array(100).fill(ARTICLE_ROW))!);
    expect(answers).toHaveLength(400);
    expect(batchRows).toBeLessThan(100);
  });
});
