import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Registry } from 'prom-client';
import { MetricBook } from '../../src/observability/metrics/metric-book.js';
import { HTTP_DOORS } from '../support/doors.js';
import { freePort } from '../support/free-port.js';
import { InferenceClient } from '../support/inference-client.js';
import { type ParsedFamily, parsePrometheus, total } from '../support/prometheus-text.js';
import { ServiceProcess } from '../support/service-process.js';
import { ARTICLE_ROW, startTestApp, type TestApp } from '../support/test-app.js';

vi.setConfig({ testTimeout: 60_000 });

const CAR = 'car-evaluation';
const REQUESTS = 'tensornest_inference_requests_total';

type Outcome = 'success' | 'rejected' | 'timeout' | 'cancelled' | 'invalid' | 'error';
type Tally = Partial<Record<Outcome, number>>;

/** What a client calls an answer of this status. */
function outcomeOf(status: number): Outcome {
  if (status === 200) return 'success';
  if (status === 504) return 'timeout';
  if (status === 429 || status === 503) return 'rejected';
  return status < 500 ? 'invalid' : 'error';
}

let app: TestApp;
let grpc: InferenceClient;
beforeAll(async () => {
  const port = await freePort();
  app = await startTestApp({ GRPC_PORT: String(port), BODY_LIMIT: '20000' });
  grpc = new InferenceClient(port);
});
afterAll(async () => {
  grpc.close();
  await app.close();
});

async function scrape(): Promise<Map<string, ParsedFamily>> {
  return parsePrometheus(await (await fetch(`${app.url}/metrics`)).text());
}

function outcomes(families: ReadonlyMap<string, ParsedFamily>): Tally {
  const tally: Tally = {};
  for (const { labels, value } of families.get(REQUESTS)?.samples ?? []) {
    const outcome = labels.outcome as Outcome;
    tally[outcome] = (tally[outcome] ?? 0) + value;
  }
  return tally;
}

/** What was counted while `work` ran, once it is as many as the client has counted. */
async function counted(work: () => Promise<Tally>): Promise<{ client: Tally; server: Tally }> {
  const before = outcomes(await scrape());
  const client = await work();
  const sum = (tally: Tally) => Object.values(tally).reduce((all, count) => all + count, 0);
  const since = (after: Tally): Tally =>
    Object.fromEntries(
      Object.entries(after)
        .map(([outcome, count]) => [outcome, count - (before[outcome as Outcome] ?? 0)] as const)
        .filter(([, count]) => count > 0),
    );
  // A refused request is counted when its connection is done with it, which is after the client has its answer.
  const server = await vi.waitFor(async () => {
    const found = since(outcomes(await scrape()));
    expect(sum(found)).toBeGreaterThanOrEqual(sum(client));
    return found;
  });
  return { client, server };
}

const JSON_TYPE = { 'content-type': 'application/json' };

describe.each(Object.entries(HTTP_DOORS))('the requests that %s counts', (name, door) => {
  const good = JSON.stringify(door.body([ARTICLE_ROW]));
  const car = door.path(CAR);
  const requests: readonly (readonly [path: string, body: string, headers?: Record<string, string>])[] = [
    [car, good],
    [car, JSON.stringify(door.body([ARTICLE_ROW, ARTICLE_ROW, ARTICLE_ROW]))],
    [car, JSON.stringify(door.body([{ ...ARTICLE_ROW, safety: 'none' }]))],
    [car, JSON.stringify(door.body([{}]))],
    [car, '{"inputs": ['],
    [car, ''],
    [car, 'null'],
    [car, good.padEnd(30_000)],
    [car, good, { 'x-request-timeout-ms': '0.0001' }],
    [car, good, { 'request-timeout': 'soon' }],
    [car, good, { 'ce-id': '1' }],
    [door.path('no-such'), good],
    [door.path('%zz'), good],
    [door.path(CAR, '99'), good],
    [car, good, { 'content-type': 'text/plain' }],
    [car, good, { 'content-encoding': 'gzip' }],
  ];

  it('are those that a client sent, and end as it saw them end', async () => {
    const { client, server } = await counted(async () => {
      const tally: Tally = {};
      for (const [path, body, headers] of requests) {
        const sent = { method: 'POST', headers: { ...JSON_TYPE, ...headers }, body };
        const { status } = await fetch(app.url + path, sent);
        const outcome = outcomeOf(status);
        tally[outcome] = (tally[outcome] ?? 0) + 1;
      }
      return tally;
    });
    expect(server).toEqual(client);
    expect(server.success, name).toBeGreaterThanOrEqual(2);
    expect(server.timeout, name).toBe(1);
  });
});

it('requests over gRPC are counted as the client saw them end', async () => {
  const { client, server } = await counted(async () => {
    const tally: Tally = {};
    const changes = [
      {},
      {},
      { model_name: 'no-such' },
      { model_version: '99' },
      { inputs: [] },
      { outputs: [{ name: 'x' }] },
    ];
    for (const change of changes) {
      const { code = 0 } = await grpc.infer({}, change).outcome;
      const outcome: Outcome = code === 0 ? 'success' : code === 3 || code === 5 ? 'invalid' : 'error';
      tally[outcome] = (tally[outcome] ?? 0) + 1;
    }
    return tally;
  });
  expect(server).toEqual(client);
  expect(server).toEqual({ success: 2, invalid: 4 });
});

it('what is no request for a prediction is not counted', async () => {
  const before = outcomes(await scrape());
  await fetch(`${app.url}/api/v1/predict`);
  await fetch(`${app.url}/api/v1/models/${CAR}/explain`, { method: 'POST', headers: JSON_TYPE, body: '{}' });
  await fetch(`${app.url}/v1/models/${CAR}:explain`, { method: 'POST', headers: JSON_TYPE, body: '{}' });
  await fetch(`${app.url}/no-such/predict`, { method: 'POST', headers: JSON_TYPE, body: '{}' });
  expect(outcomes(await scrape())).toEqual(before);
});

describe('a prediction', () => {
  const ofCar = { model: CAR, version: '2.0.0' };

  it('is counted by rows, class, confidence and the parts of its time', async () => {
    const before = await scrape();
    const response = await app.predict([ARTICLE_ROW, { ...ARTICLE_ROW, safety: 'low' }]);
    const after = await scrape();
    const grown = (name: string, labels: Record<string, string> = {}) =>
      total(after, name, { ...ofCar, ...labels }) - total(before, name, { ...ofCar, ...labels });
    expect(grown('tensornest_inference_rows_total')).toBe(2);
    const [first, second] = response.body.results as { label: string }[];
    expect(grown('tensornest_predictions_total', { class: first!.label })).toBe(1);
    expect(grown('tensornest_predictions_total', { class: second!.label })).toBe(1);
    expect(grown('tensornest_prediction_confidence_count')).toBe(2);
    for (const stage of ['preprocess', 'queue', 'predict', 'postprocess']) {
      expect(grown(`tensornest_inference_${stage}_seconds_count`)).toBe(1);
    }
    expect(grown('tensornest_inference_executions_total')).toBe(1);
    const batches = (families: typeof after) => total(families, 'tensornest_batch_size_sum', { model: CAR });
    expect(batches(after) - batches(before)).toBe(2);
  });

  it('that lacks values, or has wrong ones, shows in the counts of its features', async () => {
    const before = await scrape();
    const { safety: _, ...lacking } = ARTICLE_ROW;
    await app.predict([lacking, { ...ARTICLE_ROW, safety: 'none' }, { ...ARTICLE_ROW, safety: null }]);
    const row = { beak_length_mm: 40, beak_depth_mm: 18, flipper_length_mm: 190, body_mass_g: 3_700, island: 'Biscoe' };
    await app.post('/api/v1/models/penguins/predict', { inputs: [row] });
    const after = await scrape();
    const grown = (name: string, labels: Record<string, string>) =>
      total(after, name, labels) - total(before, name, labels);
    expect(grown('tensornest_input_missing_total', { model: CAR, feature: 'safety' })).toBe(2);
    expect(grown('tensornest_input_out_of_range_total', { model: CAR, feature: 'safety' })).toBe(1);
    expect(grown('tensornest_input_missing_total', { model: CAR })).toBe(2);
    // A default stands in for what this row lacks.
    expect(grown('tensornest_input_missing_total', { model: 'penguins', feature: 'sex' })).toBe(1);
  });
});

describe('the models', () => {
  it('say what they are, that they are ready, and how they were loaded', async () => {
    const families = await scrape();
    const [info] = families.get('tensornest_model_info')!.samples.filter(({ labels }) => labels.model === CAR);
    expect(info!.labels).toMatchObject({
      version: '2.0.0',
      backend: 'wasm',
      digest: expect.stringMatching(/^sha256:/),
    });
    expect(total(families, 'tensornest_model_ready', { model: CAR })).toBe(1);
    expect(total(families, 'tensornest_model_loads_total', { model: CAR, result: 'success', reason: '' })).toBe(1);
    expect(total(families, 'tensornest_model_load_seconds_count', { model: CAR })).toBe(1);
    expect(total(families, 'tensornest_concurrency_limit', { model: CAR })).toBeGreaterThan(0);
    for (const idle of ['tensornest_queue_depth', 'tensornest_inflight']) {
      expect(families.get(idle)!.samples.every(({ value }) => value === 0)).toBe(true);
    }
  });

  it('say how many tensors live, by thread', async () => {
    const families = await scrape();
    expect(families.get('tensornest_tensors')!.samples).toEqual([
      { name: 'tensornest_tensors', labels: { worker: 'main' }, value: expect.any(Number) },
    ]);
    expect(total(families, 'tensornest_tensor_bytes')).toBeGreaterThanOrEqual(0);
  });
});

it('requests that are turned away for lack of quota are counted as rejected, over HTTP and gRPC', async () => {
  const port = await freePort();
  const limited = await startTestApp({ ANONYMOUS_REQUESTS: '2', GRPC_PORT: String(port) });
  const client = new InferenceClient(port);
  const tally: Tally = {};
  const note = (outcome: Outcome) => {
    tally[outcome] = (tally[outcome] ?? 0) + 1;
  };
  for (let request = 0; request < 3; request += 1) {
    note(outcomeOf((await limited.predict([ARTICLE_ROW])).status));
    const { code = 0 } = await client.infer().outcome;
    // RESOURCE_EXHAUSTED
    note(code === 8 ? 'rejected' : code === 0 ? 'success' : 'error');
  }
  expect(tally).toEqual({ success: 2, rejected: 4 });
  // The scrape is a request too, and has no quota left: the book itself is asked.
  const text = await limited.app.get(MetricBook).scrape(Registry.PROMETHEUS_CONTENT_TYPE);
  client.close();
  await limited.close();
  const found = outcomes(parsePrometheus(text));
  expect(found).toMatchObject(tally);
  expect(Object.values(found).reduce((sum, count) => sum + count)).toBe(6);
});

it('a group counts the requests of all its processes, whichever of them is asked', async () => {
  const service = new ServiceProcess({ WEB_CONCURRENCY: '2', LOG_LEVEL: 'silent' });
  try {
    const url = await service.url();
    const asked = async (rows: readonly object[]) => {
      const headers = { ...JSON_TYPE, connection: 'close' };
      const sent = { method: 'POST', headers, body: JSON.stringify({ inputs: rows }) };
      return (await fetch(`${url}/api/v1/predict`, sent)).status;
    };
    const statuses = await Promise.all(
      Array.from({ length: 60 }, (_, index) => asked(index % 3 === 0 ? [{}] : [ARTICLE_ROW])),
    );
    const good = statuses.filter((status) => status === 200).length;
    expect(good).toBe(40);
    for (let scrapes = 0; scrapes < 4; scrapes += 1) {
      const response = await fetch(`${url}/metrics`, { headers: { connection: 'close' } });
      const families = parsePrometheus(await response.text());
      expect(outcomes(families)).toEqual({ success: 40, rejected: 0, timeout: 0, cancelled: 0, invalid: 20, error: 0 });
      expect(total(families, 'tensornest_inference_rows_total')).toBe(40);
      expect(total(families, 'tensornest_predictions_total')).toBe(40);
      expect(total(families, 'tensornest_model_ready', { model: CAR })).toBe(1);
      expect(total(families, 'tensornest_model_info', { model: CAR })).toBe(1);
    }
  } finally {
    service.signal('SIGKILL');
    await service.exit();
  }
});

describe.each(['1', '2'])('the audit log of %s processes', (processes) => {
  it('counts what it was given, and what it lost', async () => {
    // A disk that is full.
    const service = new ServiceProcess({ WEB_CONCURRENCY: processes, LOG_LEVEL: 'silent', AUDIT_LOG: '/dev/full' });
    try {
      const url = await service.url();
      const sent = { method: 'POST', headers: JSON_TYPE, body: JSON.stringify({ inputs: [ARTICLE_ROW] }) };
      for (let request = 0; request < 5; request += 1) await fetch(`${url}/api/v1/predict`, sent);
      await vi.waitFor(
        async () => {
          const families = parsePrometheus(await (await fetch(`${url}/metrics`)).text());
          expect(total(families, 'tensornest_audit_events_total')).toBe(5);
          expect(total(families, 'tensornest_audit_dropped_total', { reason: 'write-failed' })).toBe(5);
        },
        { timeout: 10_000, interval: 50 },
      );
    } finally {
      service.signal('SIGKILL');
      await service.exit();
    }
  });
});
