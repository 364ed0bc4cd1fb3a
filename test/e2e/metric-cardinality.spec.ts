import { Agent, request } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HTTP_DOORS } from '../support/doors.js';
import { parsePrometheus, total } from '../support/prometheus-text.js';
import { ServiceProcess } from '../support/service-process.js';
import { ARTICLE_ROW } from '../support/test-app.js';

/** `npm run test:cardinality` sends 100,000. */
const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 4_000);
const CONNECTIONS = 32;
const CAR = 'car-evaluation';

let service: ServiceProcess;
let url: string;
beforeAll(async () => {
  service = new ServiceProcess({ LOG_LEVEL: 'silent' });
  url = await service.url();
}, 60_000);
afterAll(async () => {
  service.signal('SIGKILL');
  await service.exit();
});

/** Numbers from 0 to below 1, the same in every run (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = randomFrom(7);
const one = <T>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)]!;
const word = (): string => Math.floor(random() * 2 ** 40).toString(36);
const doors = Object.values(HTTP_DOORS);

/** What a client may make up: names, versions, methods, headers, features and values. */
function fuzzed() {
  const door = one(doors);
  const rows = Array.from({ length: 1 + Math.floor(random() * 3) }, () =>
    one<() => object>([
      () => ARTICLE_ROW,
      () => ({ ...ARTICLE_ROW, safety: word() }),
      () => ({ ...ARTICLE_ROW, [word()]: 1 }),
      () => ({ ...ARTICLE_ROW, doors: null }),
    ])(),
  );
  const path = one<() => string>([
    () => door.path(CAR),
    () => door.path(word()),
    () => door.path(CAR, word()),
    () => door.path(CAR, String(Math.floor(random() * 1e6))),
    () => `/${word()}/${word()}?${word()}=1`,
  ])();
  return {
    path,
    method: one(['POST', 'POST', 'POST', 'POST', 'GET', 'DELETE', 'PROPFIND']),
    headers: {
      'content-type': one(['application/json', 'application/json', word()]),
      'x-request-id': word(),
      [`x-${word()}`]: word(),
    },
    body: random() < 0.1 ? word() : JSON.stringify(door.body(rows)),
  };
}

/** Whether there was an answer: a connection may be closed just when the next request goes out on it. */
function send(agent: Agent): Promise<boolean> {
  const { path, method, headers, body } = fuzzed();
  return new Promise((resolve) => {
    // Node sends no length with a DELETE, and what follows would be the next request.
    const all = { ...headers, 'content-length': Buffer.byteLength(body) };
    const sent = request(url + path, { method, headers: all, agent }, (response) => {
      response.resume().once('end', () => {
        resolve(true);
      });
    });
    sent.once('error', () => {
      resolve(false);
    });
    sent.end(body);
  });
}

it(`after ${REQUESTS} requests of all kinds a model has at most 500 series, and no label holds what a client made up`, async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  let left = REQUESTS;
  const client = async () => {
    while (left > 0) {
      left -= 1;
      await send(agent);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, client));
  agent.destroy();
  const families = parsePrometheus(await (await fetch(`${url}/metrics`)).text());
  const samples = [...families.values()].flatMap((family) => family.samples);
  const byModel = Map.groupBy(
    samples.filter(({ labels }) => labels.model !== undefined),
    ({ labels }) => labels.model!,
  );
  expect([...byModel.keys()].sort()).toEqual(['_unknown', CAR, 'penguins']);
  for (const [model, series] of byModel) expect(series.length, model).toBeLessThanOrEqual(500);
  const versions = new Set(byModel.get(CAR)!.map(({ labels }) => labels.version));
  expect([...versions].filter((version) => version !== undefined).sort()).toEqual(['2.0.0', '_unknown']);
  const methods = new Set(samples.map(({ labels }) => labels.http_request_method));
  expect([...methods].filter((method) => method !== undefined).sort()).toEqual(['DELETE', 'GET', 'POST', '_OTHER']);
  const routes = new Set(samples.map(({ labels }) => labels.http_route));
  expect(routes.size).toBeLessThan(30);
  expect(samples.length).toBeLessThan(5_000);
  expect(total(families, 'http_server_request_duration_seconds_count')).toBeGreaterThanOrEqual(REQUESTS);
}, 600_000);
