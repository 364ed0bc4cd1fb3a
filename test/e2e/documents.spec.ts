import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/test-app.js';

let service: TestApp;
beforeAll(async () => {
  service = await startTestApp();
});
afterAll(() => service.close());

describe('GET /', () => {
  it('is a page where a browser asks', async () => {
    const { text, headers } = await service.get('/').set('accept', 'text/html,application/xhtml+xml,*/*;q=0.8');
    expect(headers['content-type']).toMatch(/^text\/html/);
    expect(text).toMatch(/<script type="module" crossorigin src="\/playground\/index-[\w-]+\.js">/);
    expect(text).toContain('href="/docs"');
    expect(text).not.toMatch(/(src|href)="https?:/);
  });

  it.each([['*/*'], ['application/json'], ['']])('is {"status":"alive"} for Accept: %s', async (accept) => {
    const { body } = await service.get('/').set('accept', accept);
    expect(body).toEqual({ status: 'alive' });
  });
});

describe('GET /api/v1/models', () => {
  it('lists what is served, and what is there beside it', async () => {
    const { body } = await service.get('/api/v1/models');
    expect(body.models).toContainEqual({
      name: 'car-evaluation',
      default: true,
      versions: [
        { version: '2.0.0', state: 'ready', default: true, aliases: [] },
        { version: '1.0.0', state: 'available', default: false, aliases: [] },
      ],
    });
  });

  it('gives a version its signature, metrics and digests', async () => {
    const { body } = await service.get('/api/v1/models/car-evaluation/versions/2.0.0');
    const manifest = JSON.parse(await readFile('models/car-evaluation/2.0.0/manifest.json', 'utf8'));
    expect(body).toMatchObject({
      name: 'car-evaluation',
      state: 'ready',
      backend: 'wasm',
      placement: 'inline',
      manifest,
    });
    expect(body.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('shows the version that answers under the model', async () => {
    const { body } = await service.get('/api/v1/models/car-evaluation');
    expect(body.current).toMatchObject({ version: '2.0.0', manifest: { metrics: { heldOut: {} } } });
  });
});

describe('the OpenAPI document', () => {
  it('is 3.1 and has a typed path for each model', async () => {
    const { body, headers } = await service.get('/api/v1/openapi.json');
    expect(headers['content-type']).toMatch(/^application\/json/);
    expect(body.openapi).toBe('3.1.0');
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining([
        '/api/v1/predict',
        '/api/v1/models/car-evaluation/predict',
        '/api/v1/models/car-evaluation/versions/2.0.0/predict',
        '/api/v1/models',
        '/api/v1/models/{name}',
        '/api/v1/health',
        '/health/live',
        '/health/ready',
        '/health/startup',
      ]),
    );
  });

  it('describes a row with the real names, values and examples, and nothing else', async () => {
    const { body } = await service.get('/api/v1/openapi.json');
    const row = body.components.schemas.CarEvaluationRow;
    expect(Object.keys(row.properties)).toEqual(['buying', 'maint', 'doors', 'persons', 'lug_boot', 'safety']);
    expect(row.required).toEqual(Object.keys(row.properties));
    expect(row.additionalProperties).toBe(false);
    expect(row.properties.safety).toMatchObject({ type: 'string', enum: ['low', 'med', 'high'] });
    expect(row.properties.safety.description).toEqual(expect.any(String));
    expect(row.properties.doors.oneOf).toEqual([
      { type: 'string', enum: ['2', '3', '4', '5more'] },
      { type: 'number', enum: [2, 3, 4] },
    ]);
  });

  it('documents the error bodies of every prediction path', async () => {
    const { body } = await service.get('/api/v1/openapi.json');
    const { responses } = body.paths['/api/v1/predict'].post;
    for (const status of [400, 404, 413, 415, 503]) {
      expect(responses[status].content['application/problem+json'].schema.$ref).toBe(
        '#/components/schemas/ProblemDetailsDto',
      );
    }
  });

  it('has the doors of the other protocols, each under one tag of its own and behind the native API', async () => {
    const { body } = await service.get('/api/v1/openapi.json');
    const tagged = (tag: string) =>
      Object.entries<Record<string, { tags: string[] }>>(body.paths)
        .filter(([, methods]) => Object.values(methods).some(({ tags }) => tags.includes(tag)))
        .map(([path]) => path);
    expect(tagged('open inference protocol')).toEqual(
      expect.arrayContaining(['/v2', '/v2/models/{model}/infer', '/v2/repository/index']),
    );
    expect(tagged('tensorflow serving and kserve v1')).toEqual(
      expect.arrayContaining(['/v1/models', '/v1/models/{model}:predict', '/v1/models/{model}/metadata']),
    );
    const operations = Object.values<object>(body.paths).flatMap((methods) => Object.values(methods));
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const paths = Object.keys(body.paths);
    expect(paths.indexOf('/api/v1/predict')).toBeLessThan(paths.indexOf('/v2'));
  });

  it('resolves every reference', async () => {
    const { body, text } = await service.get('/api/v1/openapi.json');
    const names = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name!);
    expect(names.filter((name) => !(name in body.components.schemas))).toEqual([]);
  });
});

describe('the JSON Schema of the manifest', () => {
  it('is published as the code has it', async () => {
    const { manifestJsonSchema } = await import('../../src/model/package/package-manifest.js');
    const published = JSON.parse(await readFile('models/manifest.schema.json', 'utf8'));
    expect(published).toEqual(JSON.parse(JSON.stringify(manifestJsonSchema())));
  });
});
