import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HTTP_DOORS } from '../support/doors.js';
import { quantile } from '../support/exchange.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ARTICLE_ROW } from '../support/test-app.js';
import { writeFigures } from '../support/figures.js';

/** `npm run fuzz` asks for 10,000. */
const RUNS = Number(process.env.EDGE_MUTATIONS ?? 2_000);
const MAY_ANSWER = new Set([200, 400, 413, 415]);
/** A hang is far longer than the promise of 100 ms, and a busy machine is not. */
const HANG_MS = 2_000;

let service: TestApp;
const agent = new Agent({ keepAlive: true, maxSockets: 4 });
beforeAll(async () => {
  service = await startTestApp();
});
afterAll(async () => {
  agent.destroy();
  await service.close();
});

const HOSTILE = [...Buffer.from('{}[]",:\\ \n0123456789.-+eEnull'), 0x00, 0x1f, 0x7f, 0x80, 0xc3, 0xed, 0xff];
const PIECES = [
  '"__proto__":1,',
  '[[[[[[[[',
  '1e999',
  'NaN',
  '\\u0000',
  '\\ud800',
  '"inputs":[],',
  '"',
  '\xc0\x80',
  '{"b64":"="}',
];
const mutation = fc.record({
  kind: fc.constantFrom('flip', 'insert', 'delete', 'duplicate', 'truncate', 'splice'),
  at: fc.nat(100_000),
  length: fc.integer({ min: 1, max: 40 }),
  byte: fc.oneof(fc.constantFrom(...HOSTILE), fc.nat(255)),
  piece: fc.constantFrom(...PIECES),
});
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

function mutated(body: Buffer, { kind, at, length, byte, piece }: Mutation): Buffer {
  const place = at % (body.length + 1);
  const [before, after] = [body.subarray(0, place), body.subarray(place)];
  switch (kind) {
    case 'flip':
      return Buffer.concat([before, Buffer.of(byte), after.subarray(1)]);
    case 'insert':
      return Buffer.concat([before, Buffer.of(byte), after]);
    case 'delete':
      return Buffer.concat([before, after.subarray(length)]);
    case 'duplicate':
      return Buffer.concat([before, after.subarray(0, length), after]);
    case 'splice':
      return Buffer.concat([before, Buffer.from(piece, 'latin1'), after]);
    case 'truncate':
      return before;
  }
}

function post(path: string, body: Buffer): Promise<{ status: number; body: string; milliseconds: number }> {
  const started = performance.now();
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string; milliseconds: number }>();
  const headers = { 'content-type': 'application/json', 'content-length': body.length };
  request(service.url + path, { method: 'POST', agent, headers })
    .on('error', reject)
    .on('response', (response) => {
      text(response).then((answer) => {
        resolve({ status: response.statusCode!, body: answer, milliseconds: performance.now() - started });
      }, reject);
    })
    .end(body);
  return promise;
}

it(`${RUNS} mutations of good requests at every door are answered as good or bad requests, and soon`, async () => {
  const doors = Object.values(HTTP_DOORS);
  const statuses: Record<number, number> = {};
  const times: number[] = [];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...doors),
      fc.integer({ min: 1, max: 3 }),
      fc.array(mutation, { minLength: 1, maxLength: 3 }),
      async ({ path, body }, rows, mutations) => {
        const good = Buffer.from(JSON.stringify(body(Array.from({ length: rows }, () => ARTICLE_ROW))));
        const answer = await post(path('car-evaluation'), mutations.reduce(mutated, good));
        statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
        times.push(answer.milliseconds);
        if (!MAY_ANSWER.has(answer.status)) throw new Error(`${answer.status} ${answer.body}`);
      },
    ),
    { numRuns: RUNS, seed: 20_261_127 },
  );
  writeFigures('mutations', {
    requests: times.length,
    statuses,
    p99Ms: Number(quantile(times, 0.99).toFixed(2)),
    longestMs: Number(Math.max(...times).toFixed(2)),
  });
  expect(times.length).toBeGreaterThanOrEqual(RUNS);
  // Some mutations leave a request good, most do not.
  expect(Math.min(statuses[200]!, statuses[400]!)).toBeGreaterThan(RUNS / 500);
  expect(Math.max(...times)).toBeLessThan(HANG_MS);
}, 300_000);
