import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ParsedFamily, parsePrometheus } from '../support/prometheus-text.js';
import { ARTICLE_ROW, startTestApp, type TestApp } from '../support/test-app.js';

let app: TestApp;
let families: ReadonlyMap<string, ParsedFamily>;
beforeAll(async () => {
  app = await startTestApp();
  await app.predict([ARTICLE_ROW]);
  await app.post('/api/v1/models/car-evaluation/explain', { inputs: [ARTICLE_ROW] });
  families = parsePrometheus(await (await fetch(`${app.url}/metrics`)).text());
});
afterAll(() => app.close());

/** What dashboards are built on: a name that goes, or changes its labels, breaks somebody's. */
const PROMISED: Readonly<Record<string, readonly [type: string, ...labels: string[]]>> = {
  http_server_request_duration_seconds: ['histogram', 'http_request_method', 'http_response_status_code', 'http_route'],
  http_server_active_requests: ['gauge', 'http_request_method'],
  tensornest_inference_requests_total: ['counter', 'model', 'outcome', 'version'],
  tensornest_inference_rows_total: ['counter', 'model', 'version'],
  tensornest_inference_executions_total: ['counter', 'model', 'version'],
  tensornest_inference_queue_seconds: ['histogram', 'model', 'version'],
  tensornest_inference_preprocess_seconds: ['histogram', 'model', 'version'],
  tensornest_inference_predict_seconds: ['histogram', 'model', 'version'],
  tensornest_inference_postprocess_seconds: ['histogram', 'model', 'version'],
  tensornest_inference_explain_seconds: ['histogram', 'model', 'version'],
  tensornest_queue_depth: ['gauge', 'model'],
  tensornest_inflight: ['gauge', 'model'],
  tensornest_concurrency_limit: ['gauge', 'model'],
  tensornest_batch_size: ['histogram', 'model'],
  tensornest_model_info: ['gauge', 'backend', 'digest', 'model', 'version'],
  tensornest_model_loads_total: ['counter', 'model', 'reason', 'result'],
  tensornest_model_load_seconds: ['histogram', 'model'],
  tensornest_model_ready: ['gauge', 'model'],
  tensornest_predictions_total: ['counter', 'class', 'model', 'version'],
  tensornest_prediction_confidence: ['histogram', 'model', 'version'],
  tensornest_input_out_of_range_total: ['counter', 'feature', 'model'],
  tensornest_input_missing_total: ['counter', 'feature', 'model'],
  tensornest_tensors: ['gauge', 'worker'],
  tensornest_tensor_bytes: ['gauge', 'worker'],
  tensornest_worker_restarts_total: ['counter', 'reason'],
  tensornest_shed_total: ['counter', 'reason'],
  tensornest_audit_events_total: ['counter'],
  tensornest_audit_dropped_total: ['counter', 'reason'],
  tensornest_auth_failures_total: ['counter', 'reason'],
  tensornest_drain_seconds: ['gauge'],
};

it.each(Object.entries(PROMISED))('%s is there as promised', (name, [type, ...labels]) => {
  const family = families.get(name);
  expect(family?.type).toBe(type);
  const found = family!.samples[0]!.labels;
  expect(
    Object.keys(found)
      .filter((label) => label !== 'le')
      .sort(),
  ).toEqual(labels);
});

/** Ends of names that say their unit, and what has none. */
const UNITS =
  /_(seconds|bytes|ratio|info|total|score|confidence|size|depth|limit|ready|tensors|inflight|requests|percent)$/;

describe('every metric', () => {
  const ours = () => [...families.values()].filter(({ name }) => !/^(process|nodejs)_/.test(name));

  it('has a sentence of help, a type, and a name with its prefix', () => {
    for (const { name, type, help } of ours()) {
      expect(name).toMatch(/^(tensornest|http_server)_[a-z][a-z0-9_]*$/);
      expect(help, name).toMatch(/^[A-Z0-9].{10,}\.$/);
      expect(['counter', 'gauge', 'histogram'], name).toContain(type);
    }
  });

  it('is in base units, ends in _total where it is a counter, and nowhere else', () => {
    for (const { name, type } of ours()) {
      expect(name.endsWith('_total'), name).toBe(type === 'counter');
      expect(name).not.toMatch(/_(ms|milliseconds|microseconds|us|minutes|kib|mib|kilobytes|megabytes|percent)(_|$)/);
      expect(name).not.toMatch(/_(gauge|counter|histogram|bucket|sum|count)$/);
      if (type === 'histogram') expect(name).toMatch(UNITS);
    }
  });

  it('has labels whose names nobody else uses', () => {
    for (const { name, samples } of ours()) {
      for (const { labels } of samples) {
        for (const label of Object.keys(labels)) {
          expect(label, name).toMatch(/^[a-z][a-z0-9_]*$/);
          expect(['job', 'instance', 'quantile'], name).not.toContain(label);
        }
      }
    }
  });
});
