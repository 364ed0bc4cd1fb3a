import { readFileSync } from 'node:fs';
import { brotliCompressSync, constants, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RawClient, rawRequest } from '../support/raw-client.js';
import { ServiceProcess } from '../support/service-process.js';
import { ARTICLE_ROW } from '../support/test-app.js';

const PATH = '/api/v1/predict';
const GOOD = Buffer.from(JSON.stringify({ inputs: [ARTICLE_ROW] }));
const BOMB = Buffer.alloc(50_000_000, ' ');

let service: ServiceProcess;
let url: string;
beforeAll(async () => {
  service = new ServiceProcess({ LOG_LEVEL: 'error' });
  url = await service.url();
});
afterAll(async () => {
  service.signal('SIGKILL');
  await service.exit();
});

async function ask(coding: string, body: Buffer, path = PATH) {
  const client = await RawClient.connect(url);
  const lines = ['Content-Type: application/json', `Content-Encoding: ${coding}`, `Content-Length: ${body.length}`];
  const answer = await client
    .send(rawRequest('POST', path, lines))
    .send(body)
    .answer();
  client.close();
  return { status: answer?.status, type: answer && JSON.parse(answer.body).type };
}

const fast = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
const CODINGS = [
  ['gzip', (bytes: Buffer) => gzipSync(bytes)],
  ['x-gzip', (bytes: Buffer) => gzipSync(bytes)],
  ['GZIP', (bytes: Buffer) => gzipSync(bytes)],
  ['deflate', (bytes: Buffer) => deflateSync(bytes)],
  ['br', (bytes: Buffer) => brotliCompressSync(bytes, fast)],
] as const;

describe('a compressed body', () => {
  it.each(CODINGS)('of coding %s is read', async (coding, compress) => {
    expect((await ask(coding, compress(GOOD))).status).toBe(200);
  });

  it.each(CODINGS)('of coding %s that is corrupt, cut off or none at all: 400', async (coding, compress) => {
    const whole = compress(
      Buffer.concat([GOOD, Buffer.from(JSON.stringify(Array.from({ length: 500 }, Math.random)))]),
    );
    const corrupt = Buffer.from(whole);
    for (let at = 20; at < corrupt.length; at += 50) corrupt[at]! ^= 0x5a;
    for (const body of [corrupt, whole.subarray(0, whole.length / 2), GOOD]) {
      expect((await ask(coding, body)).status).toBe(400);
    }
  });

  it.each(['gzip, gzip', 'gzip,br', 'rot13', 'compress', 'zstd', '__proto__', 'constructor', ''])(
    'of coding %j: 415',
    async (coding) => {
      const body = coding === 'zstd' ? zstdCompressSync(GOOD) : gzipSync(gzipSync(GOOD));
      expect(await ask(coding, body)).toEqual({ status: 415, type: '/problems/unsupported-media-type' });
    },
  );

  it('within another is what it says it is: no JSON', async () => {
    expect(await ask('gzip', gzipSync(gzipSync(GOOD)))).toEqual({ status: 400, type: '/problems/malformed-json' });
  });

  it('of several members is one body', async () => {
    const half = GOOD.length / 2;
    expect(
      (await ask('gzip', Buffer.concat([gzipSync(GOOD.subarray(0, half)), gzipSync(GOOD.subarray(half))]))).status,
    ).toBe(200);
  });
});

describe('a decompression bomb', () => {
  const residentMb = () =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${service.pid}/status`, 'utf8'))![1]) / 1_024;

  it('is refused at the limit of inflated bytes, and costs no more memory than that', async () => {
    const member = gzipSync(BOMB.subarray(0, 1_000_000));
    const bombs = [
      ['gzip', gzipSync(BOMB)],
      ['deflate', deflateSync(BOMB)],
      ['br', brotliCompressSync(BOMB, fast)],
      ['gzip', Buffer.concat(Array.from({ length: 50 }, () => member))],
    ] as const;
    const all = async (times: number) => {
      for (let time = 0; time < times; time += 1) {
        for (const [coding, bomb] of bombs) {
          expect(bomb.length).toBeLessThan(100_000);
          expect(await ask(coding, bomb)).toEqual({ status: 413, type: '/problems/body-too-large' });
        }
      }
    };
    // What the first ones leave in the allocators is no growth.
    await all(50);
    const before = residentMb();
    await all(25);
    const growth = residentMb() - before;
    console.log(`100 bombs of 50 MB: ${growth.toFixed(1)} MB more`);
    expect(growth).toBeLessThan(20);
  });
});
