import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ParsedFamily, parsePrometheus, total } from '../support/prometheus-text.js';
import { ServiceProcess } from '../support/service-process.js';
import { ARTICLE_ROW, startTestApp, type TestApp } from '../support/test-app.js';

const CAR = { model: 'car-evaluation', version: '2.0.0' };

let app: TestApp;
beforeEach(async () => {
  app = await startTestApp({ METRICS_COMPAT: 'triton, kserve,mlserver' });
  await app.predict([ARTICLE_ROW, ARTICLE_ROW]);
  await app.predict([ARTICLE_ROW]);
  await app.predict([{}]);
});
afterEach(() => app.close());

async function scrape(accept: string): Promise<Map<string, ParsedFamily>> {
  const response = await fetch(`${app.url}/metrics`, { headers: { accept } });
  return parsePrometheus(await response.text(), { open: accept.includes('openmetrics') });
}

describe.each(['text/plain', 'application/openmetrics-text'])('as %s', (accept) => {
  it("Triton's names tell what ours do", async () => {
    const families = await scrape(accept);
    expect(total(families, 'nv_inference_request_success', CAR)).toBe(2);
    expect(total(families, 'nv_inference_request_failure', { ...CAR, reason: 'OTHER' })).toBe(1);
    expect(total(families, 'nv_inference_request_failure', CAR)).toBe(1);
    expect(total(families, 'nv_inference_count', CAR)).toBe(3);
    expect(total(families, 'nv_inference_exec_count', CAR)).toBe(2);
    const parts = ['queue', 'compute_input', 'compute_infer', 'compute_output'];
    const micros = (part: string) => total(families, `nv_inference_${part}_duration_us`, CAR);
    const sum = parts.reduce((all, part) => all + micros(part), 0);
    expect(sum).toBeGreaterThan(0);
    expect(micros('request')).toBeCloseTo(sum, 3);
    expect(families.get('nv_inference_pending_request_count')?.samples.length).toBeGreaterThan(0);
  });

  it("KServe's names tell what ours do", async () => {
    const families = await scrape(accept);
    for (const stage of ['preprocess', 'predict', 'postprocess']) {
      expect(total(families, `request_${stage}_seconds_count`, { model_name: CAR.model })).toBe(2);
      const ours = total(families, `tensornest_inference_${stage}_seconds_sum`, { model: CAR.model });
      expect(total(families, `request_${stage}_seconds_sum`, { model_name: CAR.model })).toBeCloseTo(ours, 9);
    }
  });

  it("MLServer's names tell what ours do", async () => {
    const families = await scrape(accept);
    expect(total(families, 'model_infer_request_success_total', CAR)).toBe(2);
    expect(total(families, 'model_infer_request_failure_total', CAR)).toBe(1);
    expect(total(families, 'batch_request_queue_sum', { model: CAR.model })).toBe(3);
    const labels = { method: 'POST', path: '/api/v1/predict', status_code: '200' };
    expect(total(families, 'rest_server_requests_total', labels)).toBe(2);
    expect(total(families, 'rest_server_requests_duration_seconds_count', labels)).toBe(2);
    expect(families.has('rest_server_requests_in_progress')).toBe(true);
  });
});

it('without METRICS_COMPAT there is none of them', async () => {
  const plain = await startTestApp();
  const families = parsePrometheus(await (await fetch(`${plain.url}/metrics`)).text());
  await plain.close();
  const others = [...families.keys()].filter((name) => !/^(tensornest|http_server|process|nodejs)_/.test(name));
  expect(others).toEqual([]);
});

it('a server whose names are not known is refused at the start', async () => {
  const service = new ServiceProcess({ METRICS_COMPAT: 'triton,seldon' });
  expect(await service.exit()).toBe(1);
  expect(service.stderr).toContain('METRICS_COMPAT must list some of triton, kserve, mlserver');
});
