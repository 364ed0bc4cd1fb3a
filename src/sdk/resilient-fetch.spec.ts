import { createServer, type RequestListener, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { resilientFetch } from './resilient-fetch.js';

let server: Server;
const asked: { headers: Record<string, unknown>; body: string }[] = [];
afterEach(() => {
  server.closeAllConnections();
  server.close();
  asked.length = 0;
});

/** A service that gives one of these answers after the other, and the last one for ever. */
async function serve(...answers: RequestListener[]): Promise<string> {
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      asked.push({ headers: request.headers, body });
      answers[Math.min(asked.length, answers.length) - 1]!(request, response);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/predict`;
}

const refuse =
  (status: number, retryAfter?: string): RequestListener =>
  (_, response) =>
    response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end('refused');
const hangUp: RequestListener = (request) => request.socket.destroy();
const answer: RequestListener = (_, response) => response.end('done');
const never: RequestListener = () => undefined;
const post = { method: 'POST', body: '{"inputs":[]}' };

describe('a request', () => {
  it.each([429, 503])('that is refused with %i is sent again, whole', async (status) => {
    const url = await serve(refuse(status, '0'), answer);
    const response = await resilientFetch()(url, post);
    expect(await response.text()).toBe('done');
    expect(asked.map(({ body }) => body)).toEqual([post.body, post.body]);
  });

  it.each([
    ['seconds', () => '1'],
    ['a date', () => new Date(Date.now() + 2_000).toUTCString()],
  ])('waits as long as Retry-After says in %s', async (_, retryAfter) => {
    const url = await serve(refuse(503, retryAfter()), answer);
    const begun = performance.now();
    await resilientFetch()(url, post);
    expect(performance.now() - begun).toBeGreaterThan(950);
  });

  it.each(['2147484', '9'.repeat(400)])('is not sent again where Retry-After is weeks away: %s s', async (weeks) => {
    const url = await serve(refuse(503, weeks), answer);
    const response = await resilientFetch()(url, post);
    expect([response.status, await response.text(), asked.length]).toEqual([503, 'refused', 1]);
  });

  it('is given up after the retries, with the last refusal', async () => {
    const url = await serve(refuse(503, '0'));
    const response = await resilientFetch({ retries: 3 })(url, post);
    expect([response.status, await response.text(), asked.length]).toEqual([503, 'refused', 4]);
  });

  it.each([400, 401, 404, 500, 504])('that is answered with %i is not sent again', async (status) => {
    const url = await serve(refuse(status), answer);
    expect((await resilientFetch()(url, post)).status).toBe(status);
    expect(asked).toHaveLength(1);
  });

  it('that only asks is sent again when its connection breaks', async () => {
    const url = await serve(hangUp, answer);
    expect((await resilientFetch()(url, post)).status).toBe(200);
  });

  it('that may have changed something is not', async () => {
    const url = (await serve(hangUp, answer)).replace('predict', 'admin/models/cars/load');
    await expect(resilientFetch()(url, post)).rejects.toThrow('fetch failed');
    expect(asked).toHaveLength(1);
  });

  it('carries the key, asked anew for each attempt', async () => {
    const url = await serve(refuse(503, '0'), answer);
    let made = 0;
    await resilientFetch({ key: () => `k${(made += 1)}` })(url, post);
    expect(asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer k1', 'Bearer k2']);
  });
});

describe('the deadline', () => {
  it('ends a request that is not answered, and was told to the service', async () => {
    const url = await serve(never);
    await expect(resilientFetch({ deadlineMs: 100 })(url, post)).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(Number(asked[0]!.headers['x-request-timeout-ms'])).toBeLessThanOrEqual(100);
  });

  it('is not waited for where the refusal asks for more time than is left', async () => {
    const url = await serve(refuse(503, '60'));
    const begun = performance.now();
    expect((await resilientFetch({ deadlineMs: 30_000 })(url, post)).status).toBe(503);
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(asked).toHaveLength(1);
  });
});

describe('a caller who aborts', () => {
  it.each([
    ['while the service works', never],
    ['while it waits to try again', refuse(503, '60')],
  ])('%s gets its own reason at once', async (_, listener) => {
    const url = await serve(listener);
    const abort = new AbortController();
    const response = resilientFetch()(url, { ...post, signal: abort.signal });
    setTimeout(() => {
      abort.abort(new Error('changed my mind'));
    }, 50);
    await expect(response).rejects.toThrow('changed my mind');
  });
});
