import { afterEach, expect, it } from 'vitest';
import { ARTICLE_ROW, startTestApp, type TestApp } from '../support/test-app.js';

let service: TestApp;
afterEach(() => service.close());

it('MODELS_DIR may be one package, which is served under MODEL_NAME at every door', async () => {
  service = await startTestApp({ MODELS_DIR: 'models/car-evaluation/2.0.0', MODEL_NAME: 'my-car' });
  const { body } = await service.predict([ARTICLE_ROW]);
  expect(body).toMatchObject({ model: 'my-car', version: '2.0.0', predictions: [1] });
  expect((await service.get('/v2/models')).body).toEqual({ models: ['my-car'] });
  const served = await service.post('/v1/models/my-car:predict', { instances: [ARTICLE_ROW] });
  expect(served.body.predictions).toHaveLength(1);
  expect((await service.get('/health/ready')).status).toBe(200);
});

it('one package has its own name where MODEL_NAME gives none', async () => {
  service = await startTestApp({ MODELS_DIR: 'models/car-evaluation/2.0.0' });
  expect((await service.get('/v2/models')).body).toEqual({ models: ['car-evaluation'] });
});
