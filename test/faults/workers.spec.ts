import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { quantile } from '../support/exchange.js';
import { type Crash, isOrdered, orderCrash } from '../support/planted-faults.js';
import { SlowService } from '../support/slow-service.js';

let service: SlowService;
let folder: string;
afterEach(async () => {
  await service.kill();
  await rm(folder, { recursive: true, force: true });
});

async function start(executionMs: number, env: Record<string, string> = {}): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'tensornest-faults-'));
  service = await SlowService.start({ executionMs, folder }, { WORKER_HEAP_MB: '64', ...env });
}

describe('a worker thread', () => {
  it.each([
    ['throw', 'error'],
    ['out-of-memory', 'out-of-memory'],
    ['exit', 'exit'],
  ] as [Crash, string][])(
    'that dies (%s) fails its own request with 503, and is back within a second',
    async (crash, reason) => {
      await start(0);
      orderCrash(folder, crash);
      const lost = await service.predict();
      const died = performance.now();
      expect([lost.status, lost.headers['retry-after']]).toEqual([503, '1']);
      expect(JSON.parse(lost.text)).toMatchObject({ type: '/problems/worker-crashed' });
      expect((await service.predict()).status).toBe(200);
      // The promise is a second; how much of it there is on a machine that is shared, the next test but one measures.
      expect(performance.now() - died).toBeLessThan(5_000);
      expect((await service.get('/health/live')).status).toBe(200);
      expect((await service.get('/health/ready')).status).toBe(200);
      expect(await service.metric('tensornest_worker_restarts_total', { reason })).toBe(1);
    },
  );

  it('that dies fails nothing of the others', async () => {
    await start(200, { WORKERS: '2' });
    const before = await Promise.all(Array.from({ length: 4 }, () => service.predict()));
    expect(before.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    orderCrash(folder, 'throw');
    const answers = await Promise.all(Array.from({ length: 12 }, () => service.predict()));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(11);
    expect(answers.filter(({ status }) => status === 503)).toHaveLength(1);
  });

  it('that dies five times within a minute makes the service not ready, while it lives and answers', async () => {
    await start(0);
    const back: number[] = [];
    for (let death = 0; death < 5; death += 1) {
      expect((await service.get('/health/ready')).status).toBe(200);
      orderCrash(folder, 'exit');
      expect((await service.predict()).status).toBe(503);
      const died = performance.now();
      expect((await service.predict()).status).toBe(200);
      back.push(performance.now() - died);
    }
    expect(Math.min(...back)).toBeLessThan(1_000);
    const { status, text } = await service.get('/health/ready');
    expect(status).toBe(503);
    expect(JSON.parse(text).error.workers.message).toMatch(/died 5 times within a minute/);
    expect((await service.get('/health/live')).status).toBe(200);
    expect((await service.get('/v2/health/ready')).status).toBe(503);
    expect(isOrdered(folder)).toBe(false);
  });
});

describe('while all worker threads are busy for two seconds', () => {
  it('live and ready answer quickly', async () => {
    await start(2_000, { WORKERS: '2' });
    const busy = Promise.all([service.predict(), service.predict()]);
    await service.received();
    const state = { over: false };
    void busy.then(() => (state.over = true));
    const times: number[] = [];
    while (!state.over) {
      for (const probe of ['live', 'ready']) {
        const { status, milliseconds } = await service.get(`/health/${probe}`);
        expect(status).toBe(200);
        times.push(milliseconds);
      }
    }
    expect((await busy).map(({ status }) => status)).toEqual([200, 200]);
    expect(times.length).toBeGreaterThan(5);
    expect(quantile(times, 0.5)).toBeLessThan(100);
    // A kubelet gives up after a second.
    expect(Math.max(...times)).toBeLessThan(1_000);
  });
});
