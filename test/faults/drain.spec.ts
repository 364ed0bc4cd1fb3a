import { Agent } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { InferenceClient } from '../support/inference-client.js';
import { ONE_ROW, send } from '../support/exchange.js';
import { SlowService } from '../support/slow-service.js';

let service: SlowService;
let client: InferenceClient | undefined;
afterEach(async () => {
  client?.close();
  client = undefined;
  await service.kill();
});

const PATIENTLY = { timeout: 20_000 };

describe.each([
  { what: 'a service', env: {} },
  { what: 'a group of two processes', env: { WEB_CONCURRENCY: '2' } },
])('$what that is told to end', ({ env }) => {
  it('is not ready at once, serves on with Connection: close, and then ends with code 0', async () => {
    service = await SlowService.start({}, { DRAIN_SECONDS: '2', ...env });
    const agent = new Agent({ keepAlive: true });
    const predict = () => send(`${service.url}/api/v1/predict`, { body: ONE_ROW, agent }).answer;
    expect((await predict()).headers.connection).toBe('keep-alive');
    expect((await service.get('/health/ready')).status).toBe(200);
    const told = performance.now();
    service.process.signal('SIGTERM');
    await vi.waitFor(async () => {
      expect((await service.get('/health/ready')).status).toBe(503);
    }, PATIENTLY);
    expect(performance.now() - told).toBeLessThan(1_000);
    expect(JSON.parse((await service.get('/health/ready')).text).error.service.message).toMatch(/shutting down/);
    expect((await service.get('/v2/health/ready')).status).toBe(503);
    expect((await service.get('/health/live')).status).toBe(200);
    expect(await service.metric('tensornest_drain_seconds')).toBeGreaterThan(0);
    // The second one changes nothing.
    service.process.signal('SIGTERM');
    // With an agent that would keep the connection, had the service not asked it to close.
    for (let request = 0; request < 10; request += 1) {
      const { status, headers } = await predict();
      expect([status, headers.connection]).toEqual([200, 'close']);
    }
    expect(performance.now() - told).toBeLessThan(2_000);
    expect(await service.process.exit()).toBe(0);
    expect(performance.now() - told).toBeGreaterThan(1_900);
    expect((await service.predict()).text).toBe('ECONNREFUSED');
    agent.destroy();
  });
});

describe('requests that are under way when the listener closes', () => {
  it('are answered, over HTTP and gRPC, before models and workers are closed; who watches is told', async () => {
    service = await SlowService.start({ executionMs: 2_000 }, { DRAIN_SECONDS: '1', LOG_LEVEL: 'info' });
    client = new InferenceClient(service.grpcPort);
    const { statuses, ended } = client.watch();
    await vi.waitFor(() => {
      expect(statuses).toEqual(['SERVING']);
    }, PATIENTLY);
    const over = [service.predict(), client.infer().outcome, service.predict()] as const;
    await service.received();
    service.process.signal('SIGTERM');
    expect((await over[0]).status).toBe(200);
    expect((await over[1]).outputs).toHaveLength(3);
    expect((await over[2]).status).toBe(200);
    await ended;
    expect(statuses).toEqual(['SERVING', 'NOT_SERVING']);
    expect(await service.process.exit()).toBe(0);
    expect(service.process.lines().filter(({ path }) => path === '/api/v1/predict')).toHaveLength(2);
  });

  it('are cut off when they take longer than SHUTDOWN_SECONDS, which is logged and no good end', async () => {
    service = await SlowService.start({ executionMs: 4_000 }, { DRAIN_SECONDS: '0', SHUTDOWN_SECONDS: '1' });
    const lost = service.predict();
    await service.received();
    service.process.signal('SIGTERM');
    expect(await lost).toMatchObject({ status: 0, text: 'ECONNRESET' });
    expect(await service.process.exit()).toBe(1);
    expect(service.process.lines().find(({ msg }) => /Cut off/.test(msg))?.msg).toMatch(/1 requests over HTTP/);
  });

  it('of nobody are not waited for: a connection without a request does not keep the service', async () => {
    service = await SlowService.start({}, { DRAIN_SECONDS: '0' });
    const { connect } = await import('node:net');
    const { port } = new URL(service.url);
    const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
    await new Promise((resolve) => socket.once('connect', resolve));
    const told = performance.now();
    service.process.signal('SIGINT');
    expect(await service.process.exit()).toBe(0);
    expect(performance.now() - told).toBeLessThan(5_000);
    socket.destroy();
  });
});
