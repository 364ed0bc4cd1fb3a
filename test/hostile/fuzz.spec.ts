import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HTTP_DOORS } from '../support/doors.js';
import { quantile } from '../support/exchange.js';
import { RawClient } from '../support/raw-client.js';
import { ServiceProcess } from '../support/service-process.js';
import { ARTICLE_ROW } from '../support/test-app.js';
import { writeFigures } from '../support/figures.js';

/** `npm run fuzz` asks for 100,000. */
const REQUESTS = Number(process.env.EDGE_FUZZ_REQUESTS ?? 4_000);
const SEED = Number(process.env.EDGE_FUZZ_SEED ?? 6);
const LANES = 8;
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND'];
const HANG_MS = 10_000;

let folder: string;
let service: ServiceProcess;
let url: string;
let routes: string[];
const agent = new Agent({ keepAlive: true, maxSockets: LANES });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensornest-fuzz-'));
  const env = { ADMIN_API: 'true', STATE_DIR: folder, LOG_LEVEL: 'error', BODY_LIMIT: '65536' };
  service = new ServiceProcess(env);
  url = await service.url();
  const { paths } = (await (await fetch(`${url}/api/v1/openapi.json`)).json()) as { paths: object };
  routes = [
    ...Object.keys(paths),
    '/',
    '/docs',
    '/metrics',
    '/health/live',
    '/health/ready',
    '/health/startup',
    '/{a}/{b}',
  ];
});
afterAll(async () => {
  agent.destroy();
  service.signal('SIGTERM');
  await service.exit();
  await rm(folder, { recursive: true, force: true });
});

const encoded = fc.string({ unit: 'binary', maxLength: 20 }).map((name) => encodeURIComponent(name.toWellFormed()));
/** Names that no model has: real ones would be unloaded by the operators' routes. */
const name = fc.oneof(
  encoded,
  fc.constantFrom(
    '..%2f..%2fetc%2fpasswd',
    '%2e%2e',
    'a%00b',
    '__proto__',
    'constructor',
    '%',
    '%zz',
    '%c0%af',
    '-1',
    '1e9',
  ),
  fc.constant('x'.repeat(8_000)),
  fc.stringMatching(/^[!-"$-.0-;=@-~]{0,30}$/),
);
const headerValue = fc.oneof(
  fc.stringMatching(/^[ -~]{0,40}$/),
  fc.constantFrom(
    'gzip',
    'br',
    'gzip, gzip',
    'application/json',
    'application/json; charset=utf-16',
    'text/html',
    '-1',
    '0',
    'NaN',
  ),
  fc.constantFrom(
    'application/cloudevents+json',
    '1.0',
    'Bearer x',
    'bytes=0-',
    '*',
    'W/"x"',
    '00-0-0-0',
    '1e999',
    'x'.repeat(2_000),
  ),
);
const headerName = fc.constantFrom(
  ...[
    'content-type',
    'content-encoding',
    'accept',
    'accept-encoding',
    'authorization',
    'x-api-key',
    'x-request-id',
    'traceparent',
  ],
  ...[
    'request-timeout',
    'x-request-timeout-ms',
    'inference-header-content-length',
    'ce-id',
    'ce-specversion',
    'ce-source',
    'ce-type',
  ],
  ...[
    'range',
    'if-none-match',
    'origin',
    'cookie',
    'x-forwarded-for',
    'forwarded',
    'x-http-method-override',
    'te',
    'from',
  ],
);
const goodBodies = Object.values(HTTP_DOORS).map(({ body }) => JSON.stringify(body([ARTICLE_ROW])));
const body = fc.oneof(
  fc.constant(Buffer.alloc(0)),
  fc.constantFrom(...goodBodies).map((good) => Buffer.from(good)),
  fc.json({ maxDepth: 4 }).map((json) => Buffer.from(json)),
  fc.constantFrom(...goodBodies).map((good) => gzipSync(good)),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc
    .constantFrom(
      '['.repeat(30_000),
      `{"inputs":[${'{},'.repeat(9_000)}{}]}`,
      '{"__proto__":1}',
      '{"a":1,"a":2}',
      ' '.repeat(70_000),
    )
    .map(Buffer.from),
);

interface Case {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

const template = () =>
  fc
    .tuple(fc.constantFrom(...routes), fc.array(name, { minLength: 4, maxLength: 4 }), fc.option(encoded))
    .map(([route, names, query]) => {
      let index = 0;
      const filled = route.replaceAll(/\{[^}]+\}/g, () => names[index++ % names.length]!);
      return query === null ? filled : `${filled}?${query}=${query}`;
    });
const anyCase = (): fc.Arbitrary<Case> =>
  fc.record({
    method: fc.constantFrom(...METHODS),
    path: fc.oneof(
      { weight: 6, arbitrary: template() },
      { weight: 1, arbitrary: fc.array(name, { maxLength: 6 }).map((steps) => `/${steps.join('/')}`) },
    ),
    headers: fc.array(fc.tuple(headerName, headerValue), { maxLength: 5 }).map((pairs) => Object.fromEntries(pairs)),
    body,
  });

function send({ method, path, headers, body: bytes }: Case): Promise<{ status: number; text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  const sent = request(url, {
    method,
    path,
    agent,
    headers: { ...headers, 'content-length': bytes.length },
    timeout: HANG_MS,
  });
  sent.on('timeout', () => sent.destroy(new Error('no answer')));
  sent.on('error', (error: NodeJS.ErrnoException) => {
    // A refusal ends the connection, which can cross with what is sent on it.
    if (error.code === 'ECONNRESET' || error.code === 'EPIPE') resolve({ status: 0, text: error.code });
    else reject(new Error(`${error.message} after ${method} ${path} ${JSON.stringify(headers)}`.slice(0, 700)));
  });
  sent.on('response', (response) => {
    text(response).then(
      (answer) => {
        resolve({ status: response.statusCode!, text: answer });
      },
      () => {
        resolve({ status: response.statusCode!, text: '' });
      },
    );
  });
  sent.end(bytes);
  return promise;
}

it(`${REQUESTS} made-up requests over all routes and methods have no answer that is the server's fault`, async () => {
  const cases = fc.sample(anyCase(), { numRuns: REQUESTS, seed: SEED });
  const statuses: Record<number, number> = {};
  const faults: string[] = [];
  const times: number[] = [];
  let next = 0;
  const lane = async () => {
    while (next < cases.length) {
      const made = cases[next++]!;
      const started = performance.now();
      const answer = await send(made);
      times.push(performance.now() - started);
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
      if (answer.status >= 500)
        faults.push(
          `${answer.status} ${made.method} ${made.path} ${JSON.stringify(made.headers)} ${answer.text}`.slice(0, 600),
        );
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  writeFigures('fuzz', {
    requests: times.length,
    seed: SEED,
    routes: routes.length,
    methods: METHODS.length,
    statuses,
    p99Ms: Number(quantile(times, 0.99).toFixed(1)),
    longestMs: Number(times.reduce((most, time) => Math.max(most, time)).toFixed(1)),
  });
  expect(faults.slice(0, 5)).toEqual([]);
  expect(times).toHaveLength(REQUESTS);
  // Connections that ended before their answer was read are the exception.
  expect(statuses[0] ?? 0).toBeLessThan(REQUESTS / 100);
  expect((await fetch(`${url}/health/live`)).status).toBe(200);
}, 3_600_000);

it('bytes that are no requests do not bring it down', async () => {
  const pieces = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc
      .constantFrom(
        'GET / HTTP/1.1\r\n',
        'Host: x\r\n',
        '\r\n',
        'Transfer-Encoding: chunked\r\n',
        'Content-Length: 5\r\n',
        '5\r\nhello\r\n',
        '0\r\n\r\n',
        'POST /v2/models/x/infer HTTP/1.1\r\n',
        'Expect: 100-continue\r\n',
        'Connection: upgrade\r\nUpgrade: h2c\r\n',
      )
      .map((line) => Buffer.from(line)),
  );
  const samples = fc.sample(fc.array(pieces, { minLength: 1, maxLength: 8 }), {
    numRuns: Math.ceil(REQUESTS / 20),
    seed: SEED,
  });
  for (const sample of samples) {
    const client = await RawClient.connect(url);
    client.send(Buffer.concat(sample));
    client.socket.end();
    const answer = await client.answer();
    expect(answer?.status ?? 0).toBeLessThan(500);
    client.close();
  }
  expect((await fetch(`${url}/health/live`)).status).toBe(200);
}, 600_000);
