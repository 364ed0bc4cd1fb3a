import { afterEach, expect, it } from 'vitest';
import { ARTICLE_ROW, startTestApp, type TestApp } from '../support/test-app.js';

let app: TestApp | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

const FORM = /^encode;dur=[\d.e-]+, queue;dur=[\d.e-]+, infer;dur=[\d.e-]+, total;dur=([\d.e-]+), batch;desc="(\d+)"$/;

/** Every door over HTTP, with two rows of the article's. */
const DOORS = {
  '/api/v1/predict': { inputs: [ARTICLE_ROW, ARTICLE_ROW] },
  '/v1/models/car-evaluation:predict': { instances: [ARTICLE_ROW, ARTICLE_ROW] },
  '/v2/models/car-evaluation/infer': {
    inputs: Object.entries(ARTICLE_ROW).map(([name, value]) => ({
      name,
      datatype: 'BYTES',
      shape: [2],
      data: [String(value), String(value)],
    })),
  },
};

it.each(Object.entries(DOORS))('a prediction at %s says where its time went', async (path, body) => {
  app = await startTestApp();
  const asked = performance.now();
  const response = await fetch(app.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const elapsed = performance.now() - asked;
  expect(response.status).toBe(200);
  const [, total, batch] = FORM.exec(response.headers.get('server-timing') ?? '') ?? [];
  expect(Number(total)).toBeGreaterThan(0);
  expect(Number(total)).toBeLessThan(elapsed);
  expect(batch).toBe('2');
});

it('an error has no such header', async () => {
  app = await startTestApp();
  const response = await app.post('/api/v1/predict', { inputs: [] });
  expect(response.status).toBe(400);
  expect(response.headers).not.toHaveProperty('server-timing');
});
