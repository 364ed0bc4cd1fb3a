import { mkdtemp, readFile, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Metadata, status } from '@grpc/grpc-js';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type KeyEntry, makeKey } from '../../src/access/key-file.js';
import { keyCommand } from '../../src/cli/key-command.js';
import { loadConfig } from '../../src/config/load-config.js';
import { freePort } from '../support/free-port.js';
import { InferenceClient } from '../support/inference-client.js';
import { ServiceProcess } from '../support/service-process.js';
import { ARTICLE_ROW, startTestApp, type TestApp } from '../support/test-app.js';

vi.setConfig({ testTimeout: 60_000 });

const CAR = '/api/v1/models/car-evaluation/predict';
const PENGUIN = '/api/v1/models/penguins';
const BODY = { inputs: [ARTICLE_ROW] };

let folder: string;
let app: TestApp | undefined;
let service: ServiceProcess | undefined;
const entries: KeyEntry[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensornest-access-'));
  entries.length = 0;
});
afterEach(async () => {
  await app?.close();
  service?.signal('SIGKILL');
  await service?.exit();
  app = undefined;
  service = undefined;
  await rm(folder, { recursive: true });
});

const keysFile = () => join(folder, 'keys.json');

function newKey(id: string, rest: Partial<KeyEntry> = {}): string {
  const { key, sha256 } = makeKey();
  entries.push({ id, sha256, ...rest });
  return key;
}

/** As operators should: the new file takes the place of the old one in one step. */
async function writeKeys(): Promise<void> {
  await writeFile(`${keysFile()}.new`, JSON.stringify({ keys: entries }));
  await rename(`${keysFile()}.new`, keysFile());
}

async function start(env: Record<string, string> = {}): Promise<TestApp> {
  await writeKeys();
  app = await startTestApp({ KEYS_FILE: keysFile(), STATE_DIR: join(folder, 'state'), ...env });
  return app;
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const predict = (key: string, path = CAR) => app!.post(path, BODY).set(bearer(key));

describe('where keys are required', () => {
  it.each([
    ['POST', '/api/v1/predict'],
    ['GET', '/api/v1/models'],
    ['GET', '/api/v1/openapi.json'],
    ['GET', '/metrics'],
    ['POST', '/v2/models/car-evaluation/infer'],
    ['GET', '/v2/models/car-evaluation'],
    ['POST', '/v1/models/car-evaluation:predict'],
    ['POST', '/api/v1/models/car-evaluation/explain'],
    ['GET', '/api/v1/models/car-evaluation/drift'],
    ['GET', '/api/v1/models/car-evaluation/feedback'],
    ['POST', '/api/v1/feedback'],
    ['GET', '/there/is/nothing'],
    ['PUT', '/api/v1/models/car-evaluation/versions/9.0.0'],
  ])('nobody without one gets past the door: %s %s', async (method, path) => {
    newKey('app');
    const { url } = await start({ ADMIN_API: 'true' });
    const { status: code, headers } = await request(url)[method.toLowerCase() as 'get'](path);
    expect([code, headers['www-authenticate']]).toEqual([401, 'Bearer realm="tensornest"']);
  });

  it('a refusal has the body of the door that it came through, and is counted', async () => {
    const admin = newKey('ops', { scopes: ['admin'] });
    await start();
    const native = await app!.post(CAR, BODY);
    expect(native.headers['content-type']).toContain('application/problem+json');
    expect(native.body).toMatchObject({ type: '/problems/unauthenticated', status: 401 });
    expect((await app!.post('/v2/models/car-evaluation/infer', {})).body).toEqual({
      error: expect.stringMatching(/^Send a key as/),
    });
    expect((await app!.post('/v1/models/car-evaluation:predict', {})).body.error).toMatch(/^Send a key as/);
    await predict('tnk_wrong').expect(401);
    await app!.post(CAR, BODY).set('authorization', 'Basic dXNlcjpwYXNz').expect(401);
    const { text } = await app!.get('/metrics').set(bearer(admin));
    expect(text).toContain('tensornest_auth_failures_total{reason="missing"} 3');
    expect(text).toContain('tensornest_auth_failures_total{reason="unknown"} 1');
    expect(text).toContain('tensornest_auth_failures_total{reason="malformed"} 1');
  });

  it('probes, pages and preflights need none', async () => {
    newKey('app');
    await start({ CORS_ORIGINS: 'https://app.example' });
    for (const path of ['/health/live', '/health/ready', '/health/startup', '/v2/health/ready', '/', '/docs']) {
      await app!.get(path).expect(200);
    }
    const preflight = await request(app!.url).options(CAR).set({
      origin: 'https://app.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers['access-control-allow-origin']).toBe('https://app.example');
    expect(preflight.headers['access-control-allow-headers']).toContain('authorization');
    const foreign = await request(app!.url)
      .options(CAR)
      .set({ origin: 'https://evil.example', 'access-control-request-method': 'POST' });
    expect(foreign.headers['access-control-allow-origin']).not.toBe('https://evil.example');
  });

  it('a key opens every door, in either header', async () => {
    const key = newKey('app');
    await start();
    await predict(key).expect(200);
    await app!.post(CAR, BODY).set('x-api-key', key).expect(200);
    await app!
      .post('/v1/models/car-evaluation:classify', { examples: [ARTICLE_ROW] })
      .set(bearer(key))
      .expect(200);
    await app!.get('/v2/models/car-evaluation').set(bearer(key)).expect(200);
  });

  it('changing what is served takes the scope admin, and asking does not', async () => {
    const key = newKey('app');
    const admin = newKey('ops', { scopes: ['admin'] });
    await start({ ADMIN_API: 'true' });
    const activate = (credential: string) =>
      app!.post('/api/v1/models/car-evaluation/versions/2.0.0/activate', {}).set(bearer(credential));
    expect((await activate(key)).body).toMatchObject({ type: '/problems/forbidden', status: 403 });
    expect((await activate(admin)).status).toBeLessThan(300);
    await app!.post('/v2/repository/index', {}).set(bearer(key)).expect(403);
    await app!.post('/v2/repository/index', {}).set(bearer(admin)).expect(200);
    await predict(admin).expect(200);
  });

  it('a model of others does not exist: not at any door, and not in a list', async () => {
    const key = newKey('birds', { models: ['penguins'] });
    const all = newKey('all');
    await start();
    const foreign = await predict(key);
    const unknown = await predict(all, CAR.replace('car-evaluation', 'no-such-model'));
    const neutral = ({ instance: _, ...body }: any, name: string) => JSON.stringify(body).replaceAll(name, 'X');
    expect(foreign.status).toBe(404);
    expect(neutral(foreign.body, 'car-evaluation')).toBe(neutral(unknown.body, 'no-such-model'));
    await app!.get('/v2/models/car-evaluation').set(bearer(key)).expect(404);
    await app!.get('/v1/models/car-evaluation').set(bearer(key)).expect(404);
    await app!.get('/api/v1/models/%63ar-evaluation').set(bearer(key)).expect(404);
    const { body: list } = await app!.get('/api/v1/models').set(bearer(key)).expect(200);
    expect(list.models.map(({ name }: { name: string }) => name)).toEqual(['penguins']);
    const { text } = await app!.get('/api/v1/openapi.json').set(bearer(key)).expect(200);
    expect(text.includes('CarEvaluation')).toBe(false);
    expect((await app!.get('/api/v1/openapi.json').set(bearer(all))).text.includes('CarEvaluation')).toBe(true);
    await app!.get(PENGUIN).set(bearer(key)).expect(200);
    // It tells of all models.
    await app!.get('/metrics').set(bearer(key)).expect(403);
  });

  it('a model of others and one that there is not get the same answer, word for word, at every door', async () => {
    const birds = newKey('birds', { models: ['penguins'], scopes: ['admin'] });
    await start({ ADMIN_API: 'true' });
    const ask = async (method: 'get' | 'post' | 'put' | 'delete', path: string, name: string) => {
      const {
        status: code,
        text,
        headers,
      } = await request(app!.url)
        [method](path.replace('{model}', name))
        .set({ ...bearer(birds), 'x-request-id': 'same', 'content-type': 'application/json' })
        .send(method === 'get' ? undefined : { inputs: [ARTICLE_ROW], instances: [ARTICLE_ROW], version: '2.0.0' });
      return { code, text: text.replaceAll(name, 'X'), type: headers['content-type'] };
    };
    const asked = [
      ['get', '/api/v1/models/{model}'],
      ['get', '/api/v1/models/{model}/versions/2.0.0'],
      ['post', '/api/v1/models/{model}/predict'],
      ['post', '/api/v1/models/{model}/explain'],
      ['get', '/api/v1/models/{model}/importance'],
      ['get', '/api/v1/models/{model}/rollout'],
      ['get', '/api/v1/models/{model}/drift'],
      ['get', '/api/v1/models/{model}/feedback'],
      ['post', '/api/v1/models/{model}/versions/2.0.0/activate'],
      ['put', '/api/v1/models/{model}/aliases/stable'],
      ['delete', '/api/v1/models/{model}/active'],
      ['get', '/v2/models/{model}'],
      ['get', '/v2/models/{model}/ready'],
      ['get', '/v2/models/{model}/stats'],
      ['post', '/v2/models/{model}/infer'],
      ['post', '/v2/repository/models/{model}/unload'],
      ['get', '/v1/models/{model}'],
      ['get', '/v1/models/{model}/versions/2'],
      ['get', '/v1/models/{model}/metadata'],
      ['post', '/v1/models/{model}:predict'],
    ] as const;
    for (const [method, path] of asked) {
      const foreign = await ask(method, path, 'car-evaluation');
      expect([path, foreign]).toEqual([path, await ask(method, path, 'car-unknown')]);
      expect([path, foreign.code >= 400 && foreign.code < 500]).toEqual([path, true]);
    }
    // An upload would make such a model, so it is refused before anything of it is read.
    const upload = '/api/v1/models/car-evaluation/versions/9.0.0';
    await request(app!.url).put(upload).set(bearer(birds)).set('content-type', 'application/gzip').expect(404);
    const { body: index } = await app!.post('/v2/repository/index', {}).set(bearer(birds)).expect(200);
    expect(new Set(index.map(({ name }: { name: string }) => name))).toEqual(new Set(['penguins']));
    const { body: statistics } = await app!.get('/v2/models/stats').set(bearer(birds)).expect(200);
    expect(new Set(statistics.model_stats.map(({ name }: { name: string }) => name))).toEqual(new Set(['penguins']));
  });

  it('who looks after one model changes it, and everything else is served on', async () => {
    const birds = newKey('birds', { models: ['penguins'], scopes: ['admin'] });
    const all = newKey('all');
    await start({ ADMIN_API: 'true' });
    const { body } = await app!.get(PENGUIN).set(bearer(birds)).expect(200);
    const { version } = body.versions[0];
    await app!.post(`${PENGUIN}/versions/${version}/activate`, {}).set(bearer(birds)).expect(204);
    await predict(all).expect(200);
    await app!.get('/health/ready').expect(200);
  });

  it('no way of writing a path gets round a scope', async () => {
    const key = newKey('app');
    const birds = newKey('birds', { models: ['penguins'] });
    const { url } = await start({ ADMIN_API: 'true' });
    const code = async (method: 'get' | 'put' | 'delete' | 'post', path: string, credential: string) =>
      (await request(url)[method](path).set(bearer(credential))).status;
    // An alias may be called like a question.
    expect(await code('put', '/api/v1/models/car-evaluation/aliases/predict', key)).toBe(403);
    expect(await code('delete', '/api/v1/models/car-evaluation/aliases/explain', key)).toBe(403);
    expect(await code('put', '/api/v1/models/car-evaluation/versions/infer', key)).toBe(403);
    expect(await code('post', '/API/V1/models/car-evaluation/versions/2.0.0/ACTIVATE/', key)).toBe(403);
    expect(await code('post', '/V2/Repository/index', key)).toBe(403);
    for (const path of ['/metrics', '/METRICS', '/metrics/']) expect(await code('get', path, birds)).toBe(403);
    for (const path of ['/Metrics', '/API/v1/models', '/%6detrics', '//metrics']) {
      expect([path, (await request(url).get(path)).status]).toEqual([path, 401]);
    }
  });

  it('the page at / names no model to who has no key', async () => {
    newKey('app');
    await start();
    const { text } = await app!.get('/').set('accept', 'text/html').expect(200);
    expect(text).not.toContain('car-evaluation');
    const asset = /\/playground\/index-[\w-]+\.js/.exec(text)![0];
    await app!.get(asset).expect(200);
  });

  it('hostile credentials are refused in words, and never with a 500', async () => {
    newKey('app');
    const { url } = await start();
    const texts = ['', ' ', 'Bearer', 'Bearer ', 'Bearer a b', 'bearer', 'Bearer ..', 'Bearer a.b.c', 'Negotiate x'];
    const long = `Bearer ${'x'.repeat(9_000)}`;
    for (const authorization of [...texts, long, 'Bearer \u00e9\u00ff', 'Bearer undefined', 'Bearer __proto__']) {
      const answer = await request(url).post(CAR).set({ authorization }).send(BODY);
      expect([authorization, answer.status]).toEqual([authorization, 401]);
      expect(answer.text).not.toContain('xxxx');
    }
  });

  it('a key that has ended is refused, and says so', async () => {
    const key = newKey('old', { expires: '2020-01-01T00:00:00Z' });
    await start();
    expect((await predict(key).expect(401)).body.detail).toMatch(/expired/);
  });

  it('neither a key nor a wrong one is ever logged, and who asked is', async () => {
    const key = newKey('mobile-app');
    await writeKeys();
    service = new ServiceProcess({
      KEYS_FILE: keysFile(),
      LOG_FORMAT: 'json',
      LOG_LEVEL: 'trace',
      AUDIT_LOG: 'stdout',
    });
    const url = await service.url();
    await request(url).post(CAR).set(bearer(key)).send(BODY).expect(200);
    await request(url).post(CAR).set(bearer('tnk_not-a-key')).send(BODY).expect(401);
    service.signal('SIGTERM');
    expect(await service.exit()).toBe(0);
    const lines = service.lines().filter(({ clientId, clientid }) => (clientId ?? clientid) === 'mobile-app');
    expect(lines.map(({ type, msg }) => type ?? msg).sort()).toEqual([
      'io.tensornest.inference.prediction.v1',
      'request',
    ]);
    const written = service.stdout + service.stderr;
    expect(written).not.toContain(key);
    expect(written).not.toContain('tnk_');
  });
});

describe('the file of keys', () => {
  it('is taken over when it changes: several keys of one caller are valid, and one that is gone is not', async () => {
    const old = newKey('app');
    await start();
    await predict(old).expect(200);
    const fresh = newKey('app');
    await writeKeys();
    await vi.waitFor(() => predict(fresh).expect(200), { timeout: 10_000, interval: 100 });
    await predict(old).expect(200);
    entries.shift();
    await writeKeys();
    await vi.waitFor(() => predict(old).expect(401), { timeout: 10_000, interval: 100 });
    await predict(fresh).expect(200);
  });

  it('may be a link that is turned, as mounted secrets are', async () => {
    const first = newKey('app');
    await writeKeys();
    await rename(keysFile(), join(folder, 'a.json'));
    await symlink('a.json', keysFile());
    app = await startTestApp({ KEYS_FILE: keysFile() });
    await predict(first).expect(200);
    const second = newKey('other');
    await writeFile(join(folder, 'b.json'), JSON.stringify({ keys: entries.slice(1) }));
    await symlink('b.json', join(folder, 'turned'));
    await rename(join(folder, 'turned'), keysFile());
    await vi.waitFor(() => predict(second).expect(200), { timeout: 10_000, interval: 100 });
    await predict(first).expect(401);
  });

  it('that has become wrong, or is gone, leaves the keys that were', async () => {
    const key = newKey('app');
    await start();
    await writeFile(keysFile(), '{"keys": [');
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await predict(key).expect(200);
    await unlink(keysFile());
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await predict(key).expect(200);
    const other = newKey('other');
    await writeKeys();
    await vi.waitFor(() => predict(other).expect(200), { timeout: 10_000, interval: 100 });
  });

  it.each([
    ['{"keys":[{"id":"a","sha256":"abc"}]}', /KEYS_FILE is wrong at \/keys\/0\/sha256: must be 64 hexadecimal digits/],
    ['no json', /KEYS_FILE is no JSON/],
    [undefined, /KEYS_FILE cannot be read \(ENOENT\)/],
  ])('that is wrong at the start stops it: %s', async (text, says) => {
    if (text !== undefined) await writeFile(keysFile(), text);
    await expect(startTestApp({ KEYS_FILE: keysFile() })).rejects.toThrow(says);
  });

  it.each(['1', '2'])(
    'that is wrong at the start is all that is said of it, with %s process(es)',
    async (processes) => {
      await writeFile(keysFile(), 'no json');
      service = new ServiceProcess({ KEYS_FILE: keysFile(), WEB_CONCURRENCY: processes });
      expect(await service.exit()).toBe(1);
      expect(service.stdout + service.stderr).toBe('The service could not start: KEYS_FILE is no JSON.\n');
    },
  );

  it('is written by the command that makes keys, which shows the key once', async () => {
    let out = '';
    const terminal = { out: (text: string) => (out += text), err: () => undefined };
    const words = ['mobile-app', '--models', 'car-evaluation', '--rows', '600', '--file', keysFile()];
    expect(await keyCommand(words, terminal)).toBe(0);
    const key = out.trim();
    expect(await readFile(keysFile(), 'utf8')).not.toContain(key);
    app = await startTestApp({ KEYS_FILE: keysFile() });
    await predict(key).expect(200);
    await app.get(PENGUIN).set(bearer(key)).expect(404);
    expect(await keyCommand(['bad id'], terminal)).toBe(2);
    expect(await keyCommand(['a', '--requests', '0'], terminal)).toBe(2);
  });
});

describe('a quota', () => {
  it('is by key: who has had its share gets 429 and is told when there is more, and others are answered', async () => {
    const modest = newKey('modest', { quota: { requests: 3 } });
    const other = newKey('other');
    await start();
    const first = await predict(modest).expect(200);
    expect(first.headers['ratelimit-policy']).toBe('"requests";q=3;w=60');
    expect(first.headers.ratelimit).toMatch(/^"requests";r=2;t=\d+$/);
    await predict(modest).expect(200);
    await predict(modest).expect(200);
    const refused = await predict(modest).set('x-forwarded-for', '203.0.113.9').expect(429);
    expect(refused.body).toMatchObject({ type: '/problems/quota-exceeded', retryAfterMs: expect.any(Number) });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(50);
    expect(refused.headers.ratelimit).toMatch(/^"requests";r=0;t=\d+$/);
    await predict(other).expect(200);
    const { text } = await app!.get('/metrics').set(bearer(other));
    expect(text).toContain('tensornest_shed_total{reason="quota"} 1');
  });

  it('counts rows, whichever door they come through', async () => {
    const key = newKey('rows', { quota: { rows: 5 } });
    await start();
    await app!
      .post(CAR, { inputs: Array.from({ length: 3 }, () => ARTICLE_ROW) })
      .set(bearer(key))
      .expect(200);
    await app!
      .post('/v1/models/car-evaluation:classify', { examples: [ARTICLE_ROW, ARTICLE_ROW] })
      .set(bearer(key))
      .expect(200);
    const refused = await predict(key).expect(429);
    expect(refused.body.detail).toMatch(/^This key may send 5 rows in 60 seconds/);
  });

  it('holds for all together who send no key, where it is set', async () => {
    app = await startTestApp({ ANONYMOUS_REQUESTS: '2' });
    await app.post(CAR, BODY).expect(200);
    await app.post(CAR, BODY).set('x-forwarded-for', '203.0.113.1').expect(200);
    const refused = await app.post(CAR, BODY).set('x-forwarded-for', '203.0.113.2').expect(429);
    expect(refused.body.detail).toMatch(/^Callers without a key may send 2 requests in 60 seconds/);
    expect((await app.post('/v2/models/car-evaluation/infer', {}).expect(429)).body).toEqual({
      error: expect.stringMatching(/^Callers without a key/),
    });
    await app.get('/health/ready').expect(200);
  });

  it('of who sends no key is beside those of keys, where both may ask', async () => {
    const key = newKey('app');
    await start({ ANONYMOUS_ACCESS: 'true', ANONYMOUS_REQUESTS: '1', ADMIN_API: 'true' });
    await app!.post(CAR, BODY).expect(200);
    await app!.post(CAR, BODY).expect(429);
    await predict(key).expect(200);
    await predict('tnk_wrong').expect(401);
    await app!.post('/api/v1/models/car-evaluation/versions/2.0.0/activate', {}).expect(403);
  });

  it('is one for all processes of the group', async () => {
    const key = newKey('shared', { quota: { requests: 20 } });
    await writeKeys();
    service = new ServiceProcess({ KEYS_FILE: keysFile(), WEB_CONCURRENCY: '2', LOG_LEVEL: 'silent' });
    const url = await service.url();
    let answered = 0;
    // Slow enough for the processes to hear of one another.
    for (let sent = 0; sent < 45; sent += 1) {
      const { status: code } = await request(url)
        .post(CAR)
        .set({ ...bearer(key), connection: 'close' })
        .send(BODY);
      if (code === 200) answered += 1;
      else expect(code).toBe(429);
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    expect(answered).toBeGreaterThanOrEqual(20);
    expect(answered).toBeLessThan(30);
  });
});

describe('tokens', () => {
  const settings = (rest: Record<string, string> = {}) => ({
    JWT_KEYS_FILE: join(folder, 'jwks.json'),
    JWT_ISSUER: 'https://issuer.example',
    JWT_AUDIENCE: 'tensornest',
    ...rest,
  });
  const sign = (key: any, change: (token: SignJWT) => SignJWT = (token) => token, alg = 'ES256') =>
    change(
      new SignJWT({ scope: 'predict' })
        .setProtectedHeader({ alg })
        .setSubject('somebody')
        .setIssuer('https://issuer.example')
        .setAudience('tensornest')
        .setIssuedAt()
        .setExpirationTime('5m'),
    ).sign(key);

  it('are believed when their issuer signed them for this service, and in no other case', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const jwk = await exportJWK(publicKey);
    await writeFile(join(folder, 'jwks.json'), JSON.stringify({ keys: [{ ...jwk, alg: 'ES256', use: 'sig' }] }));
    app = await startTestApp(settings());
    await predict(await sign(privateKey)).expect(200);
    const seconds = (from: number) => Math.floor(Date.now() / 1_000) + from;
    // Clocks may differ by a minute.
    await predict(await sign(privateKey, (token) => token.setExpirationTime(seconds(-30)))).expect(200);
    await predict(await sign(privateKey, (token) => token.setNotBefore(seconds(30)))).expect(200);
    const forger = await generateKeyPair('ES256');
    const [head, body] = (await sign(privateKey)).split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    const secret = Buffer.from(JSON.stringify(jwk));
    const refused = {
      'another signer': await sign(forger.privateKey),
      'no signature': `${head}.${body}.`,
      'the algorithm none': `${none}.${body}.`,
      'a public key as a shared secret': await sign(secret, (token) => token, 'HS256'),
      'another audience': await sign(privateKey, (token) => token.setAudience('others')),
      'another issuer': await sign(privateKey, (token) => token.setIssuer('https://evil.example')),
      'one that has expired': await sign(privateKey, (token) => token.setExpirationTime(seconds(-120))),
      'one that is not valid yet': await sign(privateKey, (token) => token.setNotBefore(seconds(120))),
    };
    for (const [why, token] of Object.entries(refused)) {
      expect([why, (await predict(token)).status]).toEqual([why, 401]);
    }
    const claims = (payload: object) => () =>
      new SignJWT({ ...payload })
        .setProtectedHeader({ alg: 'ES256' })
        .setSubject('nobody')
        .setIssuer('https://issuer.example')
        .setAudience('tensornest')
        .setExpirationTime('5m');
    await predict(await sign(privateKey, claims({ scope: 'other' }))).expect(403);
    const birds = await sign(privateKey, claims({ scope: 'predict', models: ['penguins'] }));
    await app.get(PENGUIN).set(bearer(birds)).expect(200);
    await predict(birds).expect(404);
    await predict(await sign(privateKey, claims({ scope: 'predict', models: 'penguins' }))).expect(401);
  });

  it('of a shared secret cannot be allowed', () => {
    expect(() => loadConfig(settings({ JWT_ALGORITHMS: 'HS256' }), false)).toThrow(
      /JWT_ALGORITHMS must list public-key/,
    );
    const { JWT_AUDIENCE: _, ...rest } = settings();
    expect(() => loadConfig(rest, false)).toThrow(/JWT_AUDIENCE must be set/);
  });
});

describe('the gRPC doors', () => {
  it('take the same keys in their metadata', async () => {
    const key = newKey('app');
    const birds = newKey('birds', { models: ['penguins'] });
    const modest = newKey('modest', { quota: { requests: 1 } });
    const port = await freePort();
    await start({ GRPC_PORT: String(port) });
    const client = new InferenceClient(port);
    const call = async (metadata: Record<string, string>) => {
      const outcome = await client.infer({}, {}, Metadata.fromHttp2Headers(metadata)).outcome;
      return outcome.code ?? outcome.model_name;
    };
    expect(await call({})).toBe(status.UNAUTHENTICATED);
    expect(await call(bearer('tnk_wrong'))).toBe(status.UNAUTHENTICATED);
    expect(await call(bearer(key))).toBe('car-evaluation');
    expect(await call({ 'x-api-key': key })).toBe('car-evaluation');
    expect(await call(bearer(birds))).toBe(status.NOT_FOUND);
    expect(await call(bearer(modest))).toBe('car-evaluation');
    const spent = await client.infer({}, {}, Metadata.fromHttp2Headers(bearer(modest))).outcome;
    expect([spent.code, spent.details]).toEqual([
      status.RESOURCE_EXHAUSTED,
      expect.stringMatching(/^This key may send 1/),
    ]);
    expect(Number(spent.metadata.get('grpc-retry-pushback-ms')[0])).toBeGreaterThan(50_000);
    // A model of others is one that there is not, word for word.
    const said = async (model_name: string) => {
      const { code, details } = await client.infer({}, { model_name }, Metadata.fromHttp2Headers(bearer(birds)))
        .outcome;
      return [code, (details as string).replaceAll(model_name, 'X')];
    };
    expect(await said('car-evaluation')).toEqual(await said('car-unknown'));
    const { text } = await app!.get('/metrics').set(bearer(key));
    expect(text).toMatch(/tensornest_auth_failures_total\{reason="missing"\} 1\n/);
    expect(text).toMatch(/tensornest_auth_failures_total\{reason="unknown"\} 1\n/);
    // Twice the car, and once a model that nobody has.
    expect(text).toMatch(/tensornest_auth_failures_total\{reason="model"\} 3\n/);
    client.close();
  });
});

describe('the operators’ port', () => {
  it('has probes and metrics without a key, which are at the other port no more', async () => {
    const key = newKey('app');
    const port = await freePort();
    await start({ MANAGEMENT_PORT: String(port) });
    const management = `http://127.0.0.1:${port}`;
    await request(management).get('/health/ready').expect(200);
    expect((await request(management).get('/metrics').expect(200)).text).toContain('process_cpu');
    await request(management).post(CAR).set(bearer(key)).send(BODY).expect(404);
    await app!.get('/metrics').set(bearer(key)).expect(404);
    await app!.get('/health/ready').expect(404);
    await predict(key).expect(200);
    await request(management).get('/METRICS').expect(200);
    await app!.get('/METRICS').set(bearer(key)).expect(404);
  });

  it('is one port of a whole group', async () => {
    const key = newKey('app');
    await writeKeys();
    const port = await freePort();
    const env = { KEYS_FILE: keysFile(), MANAGEMENT_PORT: String(port), WEB_CONCURRENCY: '2', LOG_LEVEL: 'silent' };
    service = new ServiceProcess(env);
    const url = await service.url();
    for (let connection = 0; connection < 4; connection += 1) {
      await request(`http://127.0.0.1:${port}`).get('/health/ready').set('connection', 'close').expect(200);
      await request(url).get('/health/ready').set('connection', 'close').expect(404);
      await request(url)
        .post(CAR)
        .set({ ...bearer(key), connection: 'close' })
        .send(BODY)
        .expect(200);
    }
    const { text } = await request(`http://127.0.0.1:${port}`).get('/metrics').expect(200);
    expect(text.match(/^tensornest_predictions_total.*$/gm)?.join()).toMatch(/class="acc"\} 4/);
    service.signal('SIGTERM');
    expect(await service.exit()).toBe(0);
  });
});

describe('an address that strangers can reach', () => {
  it('is not listened at without keys, unless that is meant so', () => {
    expect(() => loadConfig({ HOST: '0.0.0.0' }, false)).toThrow(
      /HOST must be a loopback address[^]*KEYS_FILE[^]*ANONYMOUS_ACCESS/,
    );
    for (const env of [{ HOST: '127.0.0.1' }, { HOST: '::1' }, { HOST: 'localhost' }]) {
      expect(() => loadConfig(env, false)).not.toThrow();
    }
    expect(() => loadConfig({ HOST: '0.0.0.0', KEYS_FILE: 'keys.json' }, false)).not.toThrow();
    expect(() => loadConfig({ HOST: '::', ANONYMOUS_ACCESS: 'true' }, false)).not.toThrow();
    expect(() => loadConfig({ HOST: '0.0.0.0', ANONYMOUS_REQUESTS: '5' }, false)).toThrow(/HOST must be/);
  });
});

describe('pages', () => {
  it('carry a strict policy, which only the documentation relaxes for styles', async () => {
    app = await startTestApp();
    const policy = async (path: string) =>
      (await app!.get(path).set('accept', 'text/html')).headers['content-security-policy']!;
    expect(await policy('/')).toContain("default-src 'none'");
    expect(await policy('/')).not.toContain('unsafe');
    expect(await policy('/docs')).toContain("style-src 'self' 'unsafe-inline'");
    expect(await policy('/docs')).toContain("script-src 'self';");
    expect((await app.get('/api/v1/models')).headers['content-security-policy']).toBeUndefined();
  });
});
