import { afterEach, describe, expect, it, vi } from 'vitest';
import { CAR_TENSORS, InferenceClient } from '../support/inference-client.js';
import { ONE_ROW, quantile, send } from '../support/exchange.js';
import { SlowService } from '../support/slow-service.js';
import { ARTICLE_ROW } from '../support/test-app.js';

const EXECUTION_MS = 1_000;
/** Long enough to send a good deal behind it, on a machine that has little time. */
const LONG_EXECUTION_MS = 3_000;
const PATIENTLY = { timeout: 20_000 };
/** What a deadline may be missed by. */
const GRACE_MS = 60;

let service: SlowService;
let client: InferenceClient | undefined;
afterEach(async () => {
  client?.close();
  client = undefined;
  await service.kill();
});

describe('a queue of 8 rows before a model that takes a second for each', () => {
  it('lets exactly 9 of 20 simultaneous requests in, and refuses 11 at once with Retry-After', async () => {
    service = await SlowService.start({ executionMs: EXECUTION_MS }, { QUEUE_ROWS: '8' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => service.predict()));
    const refused = answers.filter(({ status }) => status === 503);
    expect([answers.filter(({ status }) => status === 200).length, refused.length]).toEqual([9, 11]);
    for (const { headers, text } of refused) {
      expect(headers['content-type']).toMatch(/^application\/problem\+json/);
      expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
      expect(JSON.parse(text)).toMatchObject({ type: '/problems/overloaded', status: 503 });
    }
    expect(
      quantile(
        refused.map(({ milliseconds }) => milliseconds),
        0.5,
      ),
    ).toBeLessThan(EXECUTION_MS / 2);
    expect(await service.executions()).toBe(9);
    expect(await service.metric('tensornest_shed_total', { reason: 'queue-full' })).toBe(11);
    const warnings = service.process.lines().filter(({ msg }) => /is overloaded/.test(msg));
    expect(warnings.length).toBeGreaterThanOrEqual(1);
    expect(warnings.length).toBeLessThanOrEqual(3);
  });

  it('refuses at every door in the words of that door', async () => {
    service = await SlowService.start({ executionMs: LONG_EXECUTION_MS }, { QUEUE_ROWS: '1' });
    client = new InferenceClient(service.grpcPort);
    const inside = [service.sendRow(), service.sendRow()];
    await vi.waitFor(async () => {
      expect((await service.predict()).status).toBe(503);
    }, PATIENTLY);
    const { status, headers, text } = await send(`${service.url}/v2/models/car-evaluation/infer`, {
      body: { inputs: CAR_TENSORS },
    }).answer;
    expect([status, headers['retry-after']]).toEqual([503, expect.any(String)]);
    expect(JSON.parse(text)).toEqual({ error: expect.stringMatching(/queue is full/) });
    const row = Object.fromEntries(Object.entries(ARTICLE_ROW).map(([name, value]) => [name, String(value)]));
    const v1 = await send(`${service.url}/v1/models/car-evaluation:predict`, { body: { instances: [row] } }).answer;
    expect([v1.status, v1.headers['retry-after']]).toEqual([503, expect.any(String)]);
    expect(JSON.parse(v1.text)).toEqual({ error: expect.stringMatching(/queue is full/) });
    const grpc = await client.infer().outcome;
    expect([grpc.code, grpc.details]).toEqual([14, expect.stringMatching(/queue is full/)]);
    expect(Number(grpc.metadata.get('grpc-retry-pushback-ms')[0])).toBeGreaterThanOrEqual(1_000);
    expect((await Promise.all(inside.map(({ answer }) => answer))).map((answer) => answer.status)).toEqual([200, 200]);
  });
});

describe('a deadline', () => {
  it('that passes in the queue is answered with 504 in time at every door, and the model does not run', async () => {
    service = await SlowService.start({ executionMs: LONG_EXECUTION_MS }, { QUEUE_ROWS: '100' });
    client = new InferenceClient(service.grpcPort);
    const running = service.predict();
    await service.received();
    const timeout = { body: { inputs: CAR_TENSORS, parameters: { timeout: 200_000 } } };
    const late = await Promise.all([
      ...Array.from({ length: 5 }, () => service.predict({ 'request-timeout': '0.2' })),
      ...Array.from({ length: 5 }, () => service.predict({ 'x-request-timeout-ms': '200' })),
      ...Array.from({ length: 5 }, () => send(`${service.url}/v2/models/car-evaluation/infer`, timeout).answer),
      client.infer({ deadline: Date.now() + 200 }).outcome.then(({ code }) => code),
    ]);
    const codes = late.map((answer) => (typeof answer === 'number' ? answer : answer.status));
    expect(codes).toEqual([...Array<number>(15).fill(504), 4]);
    const times = late.flatMap((answer) => (typeof answer === 'number' ? [] : [answer.milliseconds]));
    expect(Math.min(...times)).toBeGreaterThanOrEqual(199);
    // The quickest shows what the service does, the others what the machine had time for.
    expect(Math.min(...times)).toBeLessThan(200 + GRACE_MS);
    for (const kind of [0, 5, 10]) expect(Math.min(...times.slice(kind, kind + 5))).toBeLessThan(LONG_EXECUTION_MS / 2);
    expect(JSON.parse((late[0] as { text: string }).text)).toMatchObject({ type: '/problems/deadline-exceeded' });
    expect((await running).status).toBe(200);
    expect((await service.predict()).status).toBe(200);
    expect(await service.executions()).toBe(2);
    // A gRPC client cancels when its deadline passes, which may be noticed before the deadline is.
    const shed = (reason: string) => service.metric('tensornest_shed_total', { reason });
    expect((await shed('deadline')) + (await shed('client-gone'))).toBe(16);
  });

  it('is the one of REQUEST_TIMEOUT_MS where the client says nothing, or asks for more', async () => {
    service = await SlowService.start({ executionMs: LONG_EXECUTION_MS }, { REQUEST_TIMEOUT_MS: '300' });
    const [running, ...waiting] = await Promise.all([
      service.predict(),
      service.predict(),
      service.predict({ 'request-timeout': '60' }),
    ]);
    // One that runs is answered too: nobody waits for a model longer than was promised.
    expect([running.status, ...waiting.map(({ status }) => status)]).toEqual([504, 504, 504]);
    expect(Math.max(running.milliseconds, ...waiting.map(({ milliseconds }) => milliseconds))).toBeLessThan(
      LONG_EXECUTION_MS,
    );
  });

  it('that is no positive number is refused by name', async () => {
    service = await SlowService.start({});
    for (const value of ['soon', '-1', '0', '1e3', '', '0.0']) {
      const { status, text } = await service.predict({ 'request-timeout': value });
      expect([value, status, JSON.parse(text).detail]).toEqual([value, 400, expect.stringMatching(/request-timeout/)]);
    }
  });
});

describe('a client that goes away while its request waits', () => {
  it('costs the model nothing: 50 of them leave, and at most the one that ran has run', async () => {
    service = await SlowService.start({ executionMs: LONG_EXECUTION_MS });
    const sent = Array.from({ length: 50 }, () => service.sendRow());
    await service.received();
    for (const { leave } of sent) leave();
    await vi.waitFor(async () => {
      expect(await service.metric('http_server_active_requests', { http_request_method: 'POST' })).toBe(0);
    }, PATIENTLY);
    expect((await service.predict()).status).toBe(200);
    expect(await service.executions()).toBeLessThanOrEqual(2);
    expect(await service.metric('tensornest_shed_total', { reason: 'client-gone' })).toBe(50);
  });

  it('is noticed over gRPC and at the other doors too', async () => {
    service = await SlowService.start({ executionMs: LONG_EXECUTION_MS });
    client = new InferenceClient(service.grpcPort);
    const running = service.predict();
    const infer = send(`${service.url}/v2/models/car-evaluation/infer`, { body: { inputs: CAR_TENSORS } });
    const predict = send(`${service.url}/v1/models/car-evaluation:predict`, {
      body: { instances: [{ ...ARTICLE_ROW, doors: '4' }] },
    });
    const explain = send(`${service.url}/api/v1/models/car-evaluation/explain`, { body: ONE_ROW });
    const grpc = client.infer();
    await service.received();
    for (const { leave } of [infer, predict, explain]) leave();
    grpc.call.cancel();
    expect((await grpc.outcome).code).toBe(1);
    expect((await running).status).toBe(200);
    expect((await service.predict()).status).toBe(200);
    expect(await service.executions()).toBe(2);
  });
});
