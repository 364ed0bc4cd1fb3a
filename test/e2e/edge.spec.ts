import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RawClient, rawRequest } from '../support/raw-client.js';
import { ARTICLE_ROW, startTestApp, type TestApp } from '../support/test-app.js';

const NATIVE = '/api/v1/predict';
const V2 = '/v2/models/car-evaluation/infer';
const V1 = '/v1/models/car-evaluation:predict';
const GOOD = rawRequest('POST', NATIVE, [], JSON.stringify({ inputs: [ARTICLE_ROW] }));

let service: TestApp;
const clients: RawClient[] = [];
const client = async (url = service.url) => {
  const made = await RawClient.connect(url);
  clients.push(made);
  return made;
};
const ask = async (bytes: string) => (await client()).send(bytes).answer();

beforeAll(async () => {
  service = await startTestApp();
});
afterEach(() => {
  for (const made of clients.splice(0)) made.close();
});
afterAll(() => service.close());

/** What an error looks like at the door that a path leads to. */
function expectDoor(
  path: string,
  answer: Awaited<ReturnType<RawClient['answer']>>,
  status: number,
  code: string,
): void {
  expect(answer?.status).toBe(status);
  const body = JSON.parse(answer!.body);
  if (/^\/v[12]\//.test(path)) {
    expect(answer?.headers['content-type']).toMatch(/^application\/json/);
    expect(Object.keys(body).filter((key) => key !== 'details')).toEqual(['error']);
    expect(body.error).toEqual(expect.any(String));
  } else {
    expect(answer?.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(body).toMatchObject({ type: `/problems/${code}`, status, instance: answer?.headers['x-request-id'] });
  }
}

describe('what the parser refuses', () => {
  const head = (path: string, ...lines: string[]) =>
    rawRequest('POST', path, ['Content-Type: application/json', ...lines]);

  it.each([
    [
      'a length beside chunks',
      (path: string) => head(path, 'Content-Length: 3', 'Transfer-Encoding: chunked') + '0\r\n\r\n',
    ],
    ['two lengths', (path: string) => head(path, 'Content-Length: 2', 'Content-Length: 3') + '{}}'],
    ['a negative length', (path: string) => head(path, 'Content-Length: -1')],
    ['a length with a sign', (path: string) => head(path, 'Content-Length: +2') + '{}'],
    [
      'a coding that only looks like chunked',
      (path: string) => head(path, 'Transfer-Encoding: xchunked') + '0\r\n\r\n',
    ],
    ['chunked twice', (path: string) => head(path, 'Transfer-Encoding: chunked, chunked, x') + '0\r\n\r\n'],
    [
      'a chunk size that is no number',
      (path: string) => head(path, 'Transfer-Encoding: chunked') + 'zz\r\n{}\r\n0\r\n\r\n',
    ],
    ['a chunk without its line end', (path: string) => head(path, 'Transfer-Encoding: chunked') + '2\r\n{}}0\r\n\r\n'],
    [
      'no host',
      (path: string) => `POST ${path} HTTP/1.1\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}`,
    ],
    ['two hosts', (path: string) => head(path, 'Host: a', 'Host: b', 'Content-Length: 0')],
    ['a NUL in a header', (path: string) => head(path, 'X-A: a\0b', 'Content-Length: 0')],
    ['a bare line feed in a header', (path: string) => head(path, 'X-A: a\nX-B: b', 'Content-Length: 0')],
    ['a folded header', (path: string) => head(path, 'X-A: a\r\n b', 'Content-Length: 0')],
    ['a space before a colon', (path: string) => head(path, 'X-A : a', 'Content-Length: 0')],
    ['a header without a name', (path: string) => head(path, ': a', 'Content-Length: 0')],
  ])('%s: 400 in the form of each door', async (_, request) => {
    for (const path of [NATIVE, V2, V1]) expectDoor(path, await ask(request(path)), 400, 'malformed-request');
  });

  it.each([
    ['a TLS handshake', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a version that does not exist', 'GET /health/live HTTP/3.7\r\nHost: x\r\n\r\n'],
    ['an unknown method', 'BREW /health/live HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['white space in the path', 'GET /health /live HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['another protocol', 'EHLO example.org\r\n'],
  ])('%s: 400 as problem details, and the connection ends', async (_, bytes) => {
    const raw = (await client()).send(bytes);
    const answer = await raw.answer();
    expectDoor('/', answer, 400, 'malformed-request');
    expect(answer?.headers.connection).toBe('close');
    await raw.end();
  });

  it('is never taken for a second request', async () => {
    // The chunks end; what a front end that counted bytes would call the rest of the body is a request of its own.
    const smuggled = 'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n';
    const lines = [
      'Content-Type: application/json',
      `Content-Length: ${5 + smuggled.length}`,
      'Transfer-Encoding: chunked',
    ];
    const raw = (await client()).send(`${rawRequest('POST', NATIVE, lines)}0\r\n\r\n${smuggled}`);
    expect((await raw.answer())?.status).toBe(400);
    expect(await raw.answer()).toBeUndefined();
  });

  it.each([NATIVE, V2, V1])('headers of more than 16 KiB: 431 in the form of %s', async (path) => {
    const fits = await ask(rawRequest('POST', path, [`X-A: ${'a'.repeat(15_000)}`], '{}'));
    expect(fits?.status).toBe(400);
    expectDoor(
      path,
      await ask(rawRequest('POST', path, [`X-A: ${'a'.repeat(16_400)}`], '{}')),
      431,
      'headers-too-large',
    );
  });

  it('no answer to a HEAD has a body that its client would take for something else', async () => {
    const raw = (await client()).send(rawRequest('HEAD', NATIVE, [`X-A: ${'a'.repeat(16_400)}`]));
    await raw.end();
    expect(raw.text).toMatch(/^HTTP\/1\.1 431 [^]*\r\n\r\n$/);
  });

  it('more than 100 header lines: 431, and none is dropped without a word', async () => {
    const lines = Array.from({ length: 101 }, (_, n) => `X-${n}: ${n}`);
    expectDoor(NATIVE, await ask(rawRequest('POST', NATIVE, lines, '{}')), 431, 'headers-too-large');
  });

  it('a CONNECT: 405, for this is no proxy', async () => {
    const answer = await ask('CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n');
    expectDoor('/', answer, 405, 'method-not-allowed');
  });

  it('is counted by its reason', async () => {
    const count = async () =>
      Number(
        /^tensornest_http_parser_errors_total\{reason="malformed"\} (\d+)$/m.exec(
          (await service.get('/metrics')).text,
        )?.[1],
      );
    const before = await count();
    for (let times = 0; times < 3; times += 1) await ask('nonsense\r\n\r\n');
    expect(await count()).toBe(before + 3);
  });
});

describe('a body that is announced as too large', () => {
  const announced = (path: string, ...lines: string[]) =>
    rawRequest('POST', path, ['Content-Type: application/json', 'Content-Length: 10000000', ...lines]);

  it.each([NATIVE, V2, V1, '/nothing', '/health/live'])(
    '%s: 413 within 100 ms, without waiting for it',
    async (path) => {
      const times: number[] = [];
      for (let run = 0; run < 5; run += 1) {
        const raw = await client();
        const from = performance.now();
        const answer = await raw.send(`${announced(path)}{"in`).answer();
        times.push(performance.now() - from);
        expectDoor(path, answer, 413, 'body-too-large');
        expect(answer?.headers.connection).toBe('close');
      }
      expect(Math.min(...times)).toBeLessThan(100);
    },
  );

  it.each([NATIVE, V2, V1])('%s: is not asked for, where the client waits for that', async (path) => {
    expectDoor(path, await ask(announced(path, 'Expect: 100-continue')), 413, 'body-too-large');
  });

  it('reaches a client that is still sending, and has the connection closed within a second or so', async () => {
    const raw = (await client()).send(announced(NATIVE));
    const from = performance.now();
    const closed = new Promise((resolve) => raw.socket.once('close', resolve));
    const piece = Buffer.alloc(16_384, ' ');
    const sending = (async () => {
      while (raw.socket.writable) {
        raw.send(piece);
        await new Promise((resume) => setTimeout(resume, 5));
      }
    })();
    expectDoor(NATIVE, await raw.answer(), 413, 'body-too-large');
    await closed;
    await sending;
    expect(performance.now() - from).toBeLessThan(3_000);
  });

  it('reaches a client that sends everything at once and looks for an answer afterwards', async () => {
    const raw = await client();
    raw.socket.pause();
    raw.send(announced(NATIVE)).send(Buffer.alloc(3_000_000, ' '));
    await new Promise((resume) => setTimeout(resume, 300));
    raw.socket.resume();
    expectDoor(NATIVE, await raw.answer(), 413, 'body-too-large');
  });

  it('without being announced: 413 as soon as it is', async () => {
    const raw = (await client()).send(
      rawRequest('POST', NATIVE, ['Content-Type: application/json', 'Transfer-Encoding: chunked']),
    );
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
    for (let chunks = 0; chunks < 20; chunks += 1) raw.send(chunk);
    expectDoor(NATIVE, await raw.answer(), 413, 'body-too-large');
    await raw.end();
  });
});

describe('Expect', () => {
  const body = JSON.stringify({ inputs: [ARTICLE_ROW] });
  const waiting = (...lines: string[]) =>
    rawRequest('POST', NATIVE, [`Content-Length: ${body.length}`, 'Expect: 100-continue', ...lines]);

  it('100-continue: the body is asked for, and the connection stays', async () => {
    const raw = (await client()).send(waiting('Content-Type: application/json'));
    expect((await raw.answer())?.status).toBe(100);
    expect((await raw.send(body).answer())?.status).toBe(200);
    expect((await raw.send(GOOD).answer())?.status).toBe(200);
  });

  it('100-continue: no body is asked for that would be refused anyway', async () => {
    const raw = (await client()).send(waiting('Content-Type: text/plain'));
    const answer = await raw.answer();
    expectDoor(NATIVE, answer, 415, 'unsupported-media-type');
    expect(answer?.headers.connection).toBe('close');
  });

  it('anything else: 417', async () => {
    expectDoor(V2, await ask(rawRequest('POST', V2, ['Expect: a-miracle'], '{}')), 417, 'expectation-failed');
    expectDoor(NATIVE, await ask(rawRequest('POST', NATIVE, ['Expect: a-miracle'], '{}')), 417, 'expectation-failed');
  });
});

describe('a connection', () => {
  const bad = (status: number, path: string, headers: string[], body: string) => [status, path, headers, body] as const;

  it.each([
    bad(400, NATIVE, [], '{"inputs":'),
    bad(400, NATIVE, [], '{"inputs":[{}]}'),
    bad(404, '/api/v1/models/nobody/predict', [], '{"inputs":[]}'),
    bad(404, '/nothing', [], '{"a":1}'),
    bad(415, NATIVE, ['Content-Type: text/plain'], 'hello'),
    bad(415, V2, ['Content-Encoding: rot13'], '{}'),
    bad(405, V2.replace('/infer', '/ready'), [], '{}'),
  ])('is good for another request after a %d at %s', async (status, path, headers, body) => {
    const raw = await client();
    for (let times = 0; times < 3; times += 1) {
      expect((await raw.send(rawRequest('POST', path, [...headers], body)).answer())?.status).toBe(status);
      expect((await raw.send(GOOD).answer())?.status).toBe(200);
    }
  });

  it('answers pipelined requests in their order', async () => {
    const paths = ['/health/live', NATIVE, '/nothing', V2, '/v2/health/live', NATIVE];
    const requests = paths.map((path) => (path === NATIVE ? GOOD : rawRequest(path === V2 ? 'POST' : 'GET', path)));
    const raw = (await client()).send(requests.join(''));
    const answers = [];
    for (const _ of paths) answers.push((await raw.answer())?.status);
    expect(answers).toEqual([200, 200, 404, 400, 200, 200]);
  });

  it('answers the requests before the garbage, then the garbage, then ends', async () => {
    const raw = (await client()).send(`${GOOD}${GOOD}\x00garbage\r\n\r\n`);
    expect((await raw.answer())?.status).toBe(200);
    expect((await raw.answer())?.status).toBe(200);
    expectDoor(NATIVE, await raw.answer(), 400, 'malformed-request');
    expect(await raw.answer()).toBeUndefined();
  });

  it('that breaks off at any byte harms nobody else', async () => {
    const bytes = Buffer.from(GOOD, 'latin1');
    for (let length = 1; length < bytes.length; length += 7) {
      const raw = (await client()).send(bytes.subarray(0, length));
      if (length % 2 === 0) raw.socket.resetAndDestroy();
      else raw.close();
    }
    expect((await ask(GOOD))?.status).toBe(200);
  });

  it('that is half closed in the middle of a request is told so', async () => {
    for (const cut of [20, GOOD.length - 5]) {
      const raw = (await client()).send(GOOD.slice(0, cut));
      raw.socket.end();
      expect((await raw.answer())?.status).toBe(400);
      await raw.end();
    }
  });

  it('may use an absolute URL, as for a proxy', async () => {
    expect((await ask('GET http://test/health/live HTTP/1.1\r\nHost: test\r\n\r\n'))?.status).toBe(200);
    expectDoor('/v2/x', await ask('GET http://test/v2/x HTTP/1.1\r\nHost: test\r\n\r\n'), 404, 'not-found');
  });

  it('may be of HTTP/1.0, without a host', async () => {
    const answer = await ask('GET /health/live HTTP/1.0\r\n\r\n');
    expect(answer).toMatchObject({ status: 200, headers: { connection: 'close' } });
  });
});
