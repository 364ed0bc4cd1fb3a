import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connections } from '../support/connections.js';
import { RawClient, rawRequest } from '../support/raw-client.js';
import { ARTICLE_ROW, startTestApp, type TestApp } from '../support/test-app.js';

const NATIVE = '/api/v1/predict';
const GOOD = rawRequest('POST', NATIVE, [], JSON.stringify({ inputs: [ARTICLE_ROW] }));

let service: TestApp;
const clients: RawClient[] = [];
const client = async () => {
  const made = await RawClient.connect(service.url);
  clients.push(made);
  return made;
};
const start = (env: Record<string, string>) => async () => {
  service = await startTestApp(env);
};
afterEach(() => {
  for (const made of clients.splice(0)) made.close();
});
afterAll(() => service.close());

/** How long until the answer, in milliseconds. */
async function timed(raw: RawClient) {
  const from = performance.now();
  const answer = await raw.answer();
  return { answer, ms: performance.now() - from };
}

describe('slow clients', () => {
  beforeAll(start({ HEADERS_TIMEOUT_SECONDS: '1', BODY_TIMEOUT_SECONDS: '2', KEEP_ALIVE_SECONDS: '1' }));
  afterAll(() => service.close());

  it.each([
    ['say nothing', ''],
    ['send half a head', 'GET /health/live HTTP/1.1\r\nHost: x\r\n'],
  ])('that %s have their 408 within the time for headers', async (_, bytes) => {
    const raw = await client();
    if (bytes !== '') raw.send(bytes);
    const { answer, ms } = await timed(raw);
    expect(answer).toMatchObject({ status: 408, headers: { connection: 'close' } });
    expect(JSON.parse(answer!.body)).toMatchObject({ type: '/problems/request-timeout' });
    expect(ms).toBeGreaterThan(500);
    expect(ms).toBeLessThan(4_000);
    await raw.end();
  });

  it('that send a header line at a time gain nothing', async () => {
    const raw = (await client()).send('GET /health/live HTTP/1.1\r\nHost: x\r\n');
    const drip = setInterval(() => raw.send('X-Slow: 1\r\n'), 100);
    const { answer } = await timed(raw).finally(() => {
      clearInterval(drip);
    });
    expect(answer?.status).toBe(408);
  });

  it.each([
    [NATIVE, 'type'],
    ['/v2/models/car-evaluation/infer', 'error'],
    ['/v1/models/car-evaluation:predict', 'error'],
  ])('that send a body a byte at a time have their 408 in the form of %s', async (path, key) => {
    const raw = (await client()).send(
      rawRequest('POST', path, ['Content-Type: application/json', 'Content-Length: 1000']),
    );
    const drip = setInterval(() => raw.send(' '), 100);
    const { answer, ms } = await timed(raw).finally(() => {
      clearInterval(drip);
    });
    expect(answer?.status).toBe(408);
    expect(JSON.parse(answer!.body)).toHaveProperty(key);
    expect(ms).toBeLessThan(5_000);
    await raw.end();
  });

  it('that were answered before they had sent all get no second answer', async () => {
    const raw = (await client()).send(rawRequest('POST', '/nothing', ['Content-Type: a/b', 'Content-Length: 1000']));
    expect((await raw.answer())?.status).toBe(404);
    expect(await raw.answer()).toBeUndefined();
  });

  it('that keep a connection without using it lose it', async () => {
    const raw = (await client()).send(GOOD);
    expect(await raw.answer()).toMatchObject({ status: 200, headers: { 'keep-alive': 'timeout=1' } });
    await raw.end();
  });

  it('that do not take their answer lose their connection', async () => {
    const raw = await client();
    raw.socket.pause();
    // The document of all models is large enough for the buffers of both sides, asked often enough.
    raw.send(rawRequest('GET', '/api/v1/openapi.json').repeat(2_000));
    const open = connections(service.app.getHttpServer());
    expect(await open()).toBeGreaterThan(0);
    for (let tries = 0; tries < 100 && (await open()) > 0; tries += 1) await sleep(100);
    expect(await open()).toBe(0);
  });
});

describe('many connections', () => {
  beforeAll(start({ MAX_CONNECTIONS: '20' }));

  it('are taken up to MAX_CONNECTIONS; the next is closed and counted, and there is room again when one has gone', async () => {
    const held = await Promise.all(Array.from({ length: 20 }, client));
    for (const raw of held) expect((await raw.send(GOOD).answer())?.status).toBe(200);
    const next = (await client()).send(GOOD);
    expect(await next.answer()).toBeUndefined();
    held[0]!.close();
    let status: number | undefined;
    while (status !== 200) status = (await (await client()).send(GOOD).answer())?.status;
    const raw = held[1]!.send(rawRequest('GET', '/metrics'));
    expect((await raw.answer())?.body).toMatch(/^tensornest_http_connections_dropped_total [1-9]/m);
  });
});
