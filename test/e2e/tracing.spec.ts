import { Metadata } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HTTP_DOORS } from '../support/doors.js';
import { freePort } from '../support/free-port.js';
import { InferenceClient } from '../support/inference-client.js';
import { OtlpReceiver, type ReceivedSpan } from '../support/otlp-receiver.js';
import { ServiceProcess } from '../support/service-process.js';
import { ARTICLE_ROW } from '../support/test-app.js';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

let receiver: OtlpReceiver;
let service: ServiceProcess | undefined;
beforeEach(async () => {
  receiver = await OtlpReceiver.open();
});
afterEach(async () => {
  service?.signal('SIGKILL');
  await service?.exit();
  service = undefined;
  await receiver.close();
});

async function start(env: Record<string, string> = {}): Promise<string> {
  service = new ServiceProcess({
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    AUDIT_LOG: 'stdout',
    OTEL_BSP_SCHEDULE_DELAY: '100',
    ...env,
  });
  return service.url();
}

function ask(url: string, headers: Record<string, string> = {}, rows: readonly object[] = [ARTICLE_ROW]) {
  return fetch(`${url}${HTTP_DOORS.native!.path('car-evaluation')}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ inputs: rows }),
  });
}

const traceparent = (flags = '01') => ({ traceparent: `00-${TRACE}-${PARENT}-${flags}` });
const named = (spans: readonly ReceivedSpan[], name: string) => spans.find((span) => span.name === name)!;

describe('a prediction over HTTP', () => {
  it('is a span of its request within the trace of its client, with its parts as they followed each other', async () => {
    const url = await start({
      OTEL_SERVICE_NAME: 'cars',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    });
    const response = await ask(url, { ...traceparent(), 'x-request-id': 'r-1' }, [ARTICLE_ROW, ARTICLE_ROW]);
    expect(response.headers.get('traceresponse')).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
    const spans = await receiver.trace(TRACE, 5);
    const request = named(spans, 'POST /api/v1/models/:name/predict');
    expect(request).toMatchObject({ parentSpanId: PARENT, kind: 2, status: 0 });
    expect(request.attributes).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/api/v1/models/:name/predict',
      'url.path': '/api/v1/models/car-evaluation/predict',
      'http.response.status_code': 200,
    });
    expect(request.resource).toMatchObject({ 'service.name': 'cars', 'deployment.environment.name': 'test' });
    const prediction = named(spans, 'predict car-evaluation');
    expect(prediction.parentSpanId).toBe(request.spanId);
    expect(prediction.attributes).toEqual({
      'tensornest.request_id': 'r-1',
      'tensornest.model': 'car-evaluation',
      'tensornest.version': '2.0.0',
      'tensornest.backend': 'wasm',
      'tensornest.rows': 2,
      'tensornest.batch_size': 2,
    });
    const parts = ['encode', 'queue', 'infer'].map((name) => named(spans, name));
    expect(parts.map(({ parentSpanId }) => parentSpanId)).toEqual(Array(3).fill(prediction.spanId));
    const times = [prediction.start, ...parts.flatMap(({ start: from, end: to }) => [from, to]), prediction.end];
    // A span's times are of microseconds.
    for (let at = 1; at < times.length; at += 1) expect(times[at]! - times[at - 1]!).toBeGreaterThan(-0.01);
    expect(prediction.start).toBeGreaterThanOrEqual(request.start - 1);
    expect(prediction.end).toBeLessThanOrEqual(request.end + 1);
  });

  it('has the id of its trace on each of its log lines', async () => {
    const url = await start();
    await ask(url, { ...traceparent(), 'x-request-id': 'r-2' });
    await service!.until(() => service!.stdout.includes('"msg":"request"'));
    const ofRequest = () => service!.lines().filter((line) => JSON.stringify(line).includes('r-2'));
    await vi.waitFor(() => expect(ofRequest().length).toBeGreaterThanOrEqual(2));
    for (const line of ofRequest()) expect(JSON.stringify(line)).toContain(TRACE);
  });

  it('begins a trace of its own where its client names none, or none that is well-formed', async () => {
    const url = await start();
    const traces = new Set<string>();
    for (const sent of ['', 'nonsense', `00-${'0'.repeat(32)}-${PARENT}-01`, `ff-${TRACE}-${PARENT}-01`]) {
      const response = await ask(url, sent === '' ? {} : { traceparent: sent });
      expect(response.status).toBe(200);
      const [, traceId] = response.headers.get('traceresponse')!.split('-');
      traces.add(traceId!);
      const spans = await receiver.trace(traceId!, 5);
      expect(spans.filter(({ parentSpanId }) => parentSpanId === undefined)).toHaveLength(1);
    }
    expect(traces.size).toBe(4);
    expect(traces).not.toContain(TRACE);
  });

  it('that is refused is a span too, with what was wrong', async () => {
    const url = await start();
    expect((await ask(url, traceparent(), [{}])).status).toBe(400);
    const spans = await receiver.trace(TRACE, 2);
    const request = named(spans, 'POST /api/v1/models/:name/predict');
    expect(request.attributes).toMatchObject({ 'http.response.status_code': 400, 'error.type': 'invalid-input' });
    // Of a server, an error is what is its own fault.
    expect(request.status).toBe(0);
    const prediction = named(spans, 'predict car-evaluation');
    expect(prediction.attributes).toMatchObject({ 'tensornest.outcome': 'invalid', 'error.type': 'invalid-input' });
  });

  it('is not recorded where its client did not record it, or the sampler says so', async () => {
    let url = await start();
    const response = await ask(url, traceparent('00'));
    expect(response.headers.get('traceresponse')).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-00$`));
    const recorded = await ask(url);
    await receiver.trace(recorded.headers.get('traceresponse')!.split('-')[1]!, 5);
    expect(receiver.spans.filter(({ traceId }) => traceId === TRACE)).toEqual([]);
    service!.signal('SIGKILL');
    await service!.exit();
    url = await start({ OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' });
    expect((await ask(url)).headers.get('traceresponse')).toMatch(/-00$/);
    expect((await ask(url, traceparent())).headers.get('traceresponse')).toMatch(/-01$/);
  });
});

it('a prediction over gRPC is a span of its call, within the trace of its client', async () => {
  const port = await freePort();
  await start({ GRPC_PORT: String(port) });
  const client = new InferenceClient(port);
  const metadata = new Metadata();
  metadata.set('traceparent', traceparent().traceparent);
  await client.infer({}, {}, metadata).outcome;
  await client.infer({}, { model_name: 'no-such' }, metadata).outcome;
  client.close();
  const spans = await receiver.trace(TRACE, 6);
  const calls = spans.filter(({ name }) => name === 'inference.GRPCInferenceService/ModelInfer');
  expect(calls.map(({ parentSpanId }) => parentSpanId)).toEqual([PARENT, PARENT]);
  expect(calls.map(({ status }) => status)).toEqual([0, 2]);
  expect(calls[0]!.attributes).toMatchObject({ 'rpc.system': 'grpc', 'rpc.method': 'ModelInfer' });
  expect(calls[1]!.attributes).toMatchObject({ 'error.type': 'unknown-model' });
  expect(named(spans, 'predict car-evaluation').parentSpanId).toBe(calls[0]!.spanId);
});

it('spans that were not sent yet are sent at the end of the service', async () => {
  const url = await start();
  await ask(url, traceparent());
  service!.signal('SIGTERM');
  expect(await service!.exit()).toBe(0);
  expect(receiver.spans.filter(({ traceId }) => traceId === TRACE)).toHaveLength(5);
});

it('a collector that cannot be reached costs no request and no second at the end, and is told of in the log', async () => {
  const nobody = await freePort();
  const url = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${nobody}` });
  for (let request = 0; request < 20; request += 1) expect((await ask(url)).status).toBe(200);
  service!.signal('SIGTERM');
  const asked = performance.now();
  expect(await service!.exit()).toBe(0);
  expect(performance.now() - asked).toBeLessThan(10_000);
});

it('without an endpoint there is no trace, and nothing of it is loaded', async () => {
  service = new ServiceProcess();
  const url = await service.url();
  const response = await ask(url, traceparent());
  expect(response.headers.has('traceresponse')).toBe(false);
  expect(receiver.spans).toEqual([]);
});

it.each([
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector'],
  ['OTEL_TRACES_SAMPLER', 'sometimes'],
  ['OTEL_TRACES_SAMPLER_ARG', '2'],
  ['OTEL_RESOURCE_ATTRIBUTES', 'test'],
])('a wrong %s is refused at the start', async (name, value) => {
  service = new ServiceProcess({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, [name]: value });
  expect(await service.exit()).toBe(1);
  expect(service.stderr).toContain(name);
});
