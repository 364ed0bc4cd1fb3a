import { afterEach, describe, expect, it, vi } from 'vitest';
import { parsePrometheus, total } from '../support/prometheus-text.js';
import { ServiceProcess } from '../support/service-process.js';
import { ARTICLE_ROW, startTestApp, type TestApp } from '../support/test-app.js';

vi.setConfig({ testTimeout: 60_000 });

let app: TestApp | undefined;
let service: ServiceProcess | undefined;
afterEach(async () => {
  await app?.close();
  service?.signal('SIGKILL');
  await service?.exit();
  app = service = undefined;
});

async function scrape(url: string, accept = 'text/plain') {
  const response = await fetch(`${url}/metrics`, { headers: { accept } });
  const text = await response.text();
  if (response.status !== 200) throw new Error(text);
  const type = response.headers.get('content-type')!;
  return { type, families: parsePrometheus(text, { open: type.includes('openmetrics') }) };
}

/** Requests are counted when their connection has seen the last byte, which is after the client has. */
async function scrapeUntil(url: string, done: (families: Awaited<ReturnType<typeof scrape>>['families']) => boolean) {
  return vi.waitFor(
    async () => {
      const { families } = await scrape(url);
      expect(done(families)).toBe(true);
      return families;
    },
    { timeout: 20_000, interval: 50 },
  );
}

const SERVED = 'http_server_request_duration_seconds_count';

describe('GET /metrics', () => {
  it('is Prometheus text, with what Node and the process say of themselves', async () => {
    app = await startTestApp();
    const { type, families } = await scrape(app.url);
    expect(type).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(total(families, 'process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
    expect(families.has('nodejs_eventloop_lag_seconds')).toBe(true);
  });

  it('is OpenMetrics for who asks for it', async () => {
    app = await startTestApp();
    const { type, families } = await scrape(app.url, 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5');
    expect(type).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(total(families, 'process_cpu_seconds_total')).toBeGreaterThan(0);
  });

  it('counts requests by the template of their route, whatever a client puts into path and method', async () => {
    app = await startTestApp();
    await app.predict([ARTICLE_ROW]);
    for (const path of ['/a', '/b?c=d', '/api/v1/models/no-such/predict']) await app.post(path, { inputs: [] });
    await fetch(`${app.url}/a`, { method: 'PROPFIND' });
    const families = await scrapeUntil(app.url, (found) => total(found, SERVED) >= 5);
    const count = (labels: Record<string, string>) => total(families, SERVED, labels);
    const post = { http_request_method: 'POST' };
    expect(count({ ...post, http_route: '/api/v1/predict', http_response_status_code: '200' })).toBe(1);
    expect(count({ ...post, http_route: '/api/v1/models/:name/predict', http_response_status_code: '404' })).toBe(1);
    expect(count({ ...post, http_route: 'unmatched' })).toBe(2);
    expect(count({ http_request_method: '_OTHER', http_route: 'unmatched' })).toBe(1);
    expect(total(families, 'http_server_active_requests')).toBe(1);
  });
});

describe('GET /metrics of a group', () => {
  it('is the sum over its processes, whichever of them is asked', async () => {
    service = new ServiceProcess({ WEB_CONCURRENCY: '2', LOG_LEVEL: 'silent' });
    const url = await service.url();
    const requests = 40;
    // Each on a connection of its own, so that both processes get some.
    await Promise.all(
      Array.from({ length: requests }, () => fetch(`${url}/health/live`, { headers: { connection: 'close' } })),
    );
    const live = { http_route: '/health/live' };
    for (let scrapes = 0; scrapes < 6; scrapes += 1) {
      await scrapeUntil(url, (families) => total(families, SERVED, live) === requests);
    }
  });
});
