import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ARTICLE_ROW, startTestApp, type TestApp } from '../support/test-app.js';

let service: TestApp;
beforeAll(async () => {
  service = await startTestApp({ MAX_REQUEST_ROWS: '10', BODY_LIMIT: '4096' });
});
afterAll(() => service.close());

/** What every error answer promises, whatever went wrong. */
function expectProblem(response: Awaited<ReturnType<TestApp['predict']>>, status: number, code: string): void {
  expect(response.status).toBe(status);
  expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(response.body).toMatchObject({ type: `/problems/${code}`, status });
  expect(response.body.instance).toBe(response.headers['x-request-id']);
  expect(response.body.title).toEqual(expect.any(String));
  expect(response.body.detail).toEqual(expect.any(String));
  expect(response.text).not.toMatch(/<html|node_modules|\.js:\d|at \w+ \(/i);
}

describe('bad rows', () => {
  it('are all explained, each problem with its pointer, the allowed values and the nearest one', async () => {
    const response = await service.predict([
      ARTICLE_ROW,
      { ...ARTICLE_ROW, buying: 'hihg' },
      { ...ARTICLE_ROW, doors: 7, persons: null },
      { ...ARTICLE_ROW, saftey: 'low' },
      7,
    ]);
    expectProblem(response, 400, 'invalid-input');
    expect(response.body.errors).toMatchObject([
      { pointer: '/inputs/1/buying', code: 'not-allowed', allowed: ['vhigh', 'high', 'med', 'low'], nearest: 'high' },
      { pointer: '/inputs/2/doors', code: 'not-allowed', allowed: ['2', '3', '4', '5more'] },
      { pointer: '/inputs/2/persons', code: 'null' },
      { pointer: '/inputs/3/saftey', code: 'unknown-field', nearest: 'safety' },
      { pointer: '/inputs/4', code: 'wrong-type' },
    ]);
  });

  it.each([
    ['an empty list', '{"inputs":[]}', '/inputs', 'too-few'],
    ['too many rows', JSON.stringify({ inputs: Array(11).fill({}) }), '/inputs', 'too-many'],
    ['null instead of rows', '{"inputs":null}', '/inputs', 'null'],
    ['no inputs', '{}', '/inputs', 'required'],
    ['a list as the body', '[]', '', 'wrong-type'],
    ['null as the body', 'null', '', 'wrong-type'],
    ['a null row', '{"inputs":[null]}', '/inputs/0', 'null'],
    ['a __proto__ key', '{"inputs":[{"__proto__":{"a":1}}]}', '/inputs/0/__proto__', 'forbidden-key'],
    ['a __proto__ key beside inputs', '{"inputs":[],"__proto__":1}', '/__proto__', 'forbidden-key'],
    ['a number beyond every range', '{"inputs":[{"doors":1e999}]}', '/inputs/0/doors', 'not-finite'],
    ['a list in the place of a value', '{"inputs":[{"doors":["2"]}]}', '/inputs/0/doors', 'wrong-type'],
  ])('%s: 400 with the place and the kind', async (_, body, pointer, code) => {
    const response = await service.post('/api/v1/predict', body);
    expectProblem(response, 400, 'invalid-input');
    expect(response.body.errors).toContainEqual(expect.objectContaining({ pointer, code }));
  });
});

describe('bad bodies', () => {
  it.each([
    '{"inputs":[NaN]}',
    '{"inputs":[Infinity]}',
    '{"inputs":',
    '',
    "{'inputs':[]}",
    '{"inputs":[1,]}',
    '\u0000',
  ])('%j is malformed JSON, and is not quoted back', async (body) => {
    const response = await service.post('/api/v1/predict', body);
    expectProblem(response, 400, 'malformed-json');
    expect(response.body.detail).not.toContain('inputs"');
  });

  it('too large: 413', async () => {
    expectProblem(await service.post('/api/v1/predict', `{"inputs":["${'x'.repeat(5_000)}"]}`), 413, 'body-too-large');
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'application/jsonp'])(
    'of type %s: 415',
    async (type) => {
      const response = await service.post('/api/v1/predict', '{"inputs":[]}').set('content-type', type);
      expectProblem(response, 415, 'unsupported-media-type');
    },
  );

  it.each(['utf-16', 'latin1'])('in %s: 415', async (charset) => {
    const sent = service.post('/api/v1/predict', '{}').set('content-type', `application/json; charset=${charset}`);
    expectProblem(await sent, 415, 'unsupported-media-type');
  });

  it('with an unknown content encoding: 415', async () => {
    const sent = service.post('/api/v1/predict', '{}').set('content-encoding', 'rot13');
    expectProblem(await sent, 415, 'unsupported-media-type');
  });

  it('that claim to be gzip and are not: 400', async () => {
    const sent = service.post('/api/v1/predict', '{}').set('content-encoding', 'gzip');
    expectProblem(await sent, 400, 'bad-request');
  });

  it('nested deeper than any stack are explained, not feared', async () => {
    const deep = '['.repeat(1_900) + ']'.repeat(1_900);
    expectProblem(await service.post('/api/v1/predict', `{"inputs":[${deep}]}`), 400, 'invalid-input');
  });
});

describe('bad places', () => {
  it.each([
    ['/api/v1/models/bicycle/predict', 'unknown-model'],
    ['/api/v1/models/__proto__/predict', 'unknown-model'],
    ['/api/v1/models/constructor/predict', 'unknown-model'],
    ['/api/v1/models/..%2f..%2fetc/predict', 'unknown-model'],
    ['/api/v1/models/car-evaluation/versions/9.9.9/predict', 'unknown-version'],
    ['/api/v1/models/car-evaluation/versions/latest/predict', 'unknown-version'],
    ['/api/v1/nothing', 'not-found'],
    ['/api/v2/predict', 'not-found'],
  ])('%s: 404', async (path, code) => {
    expectProblem(await service.post(path, { inputs: [ARTICLE_ROW] }), 404, code);
  });

  it.each(['/nothing', '/api/v1/predict', '/api/v1/models/bicycle', '/api/v1/models/car-evaluation/versions/0.0.1'])(
    'GET %s: 404',
    async (path) => {
      const response = await service.get(path).set('accept', 'text/html');
      expectProblem(response, 404, response.body.type.replace('/problems/', ''));
    },
  );

  it('a path that is no percent-encoding: 400', async () => {
    expectProblem(await service.get('/api/v1/models/%ff'), 400, 'bad-request');
  });
});

describe('a request id', () => {
  it('is kept when it is well-formed', async () => {
    const response = await service.get('/nothing').set('x-request-id', 'trace-42');
    expect(response.body.instance).toBe('trace-42');
    expect(response.headers['x-request-id']).toBe('trace-42');
  });

  it.each(['has space', 'x'.repeat(129), '<script>'])('is replaced when it is not: %s', async (id) => {
    const response = await service.get('/').set('x-request-id', id);
    expect(response.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });
});
