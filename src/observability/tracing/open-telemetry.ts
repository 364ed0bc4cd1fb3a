import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace as api,
  TraceFlags,
  type Tracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { AppConfig } from '../../core/app-config.js';
import type { FailedRequestEvent } from '../../core/prediction.js';
import type { HttpEnd, TraceHeaders } from '../../core/ports/request-tracer.js';
import type { TraceContext } from '../../core/request-scope.js';
import { ReportingExporter } from './reporting-exporter.js';
import { samplerOf } from './sampler.js';
import type { Spans, TracedPrediction } from './spans.js';
import { parentOf } from './trace-headers.js';

const SCOPE = 'tensornest';
const CLOSE_WITHIN_MS = 2_000;

/** Faults of the service; a client that sent something wrong, or left, is none. */
const FAULTS = new Set<FailedRequestEvent['outcome']>(['error', 'timeout', 'rejected']);

/**
 * Spans by OpenTelemetry, with its semantic conventions for HTTP and RPC:
 * https://opentelemetry.io/docs/specs/semconv/http/http-spans/. Of a prediction nothing is measured twice: its spans are made
 * afterwards, of the times that everybody is told.
 */
export class OpenTelemetrySpans implements Spans {
  private readonly provider: TracerProvider;
  private readonly tracer: Tracer;
  private readonly open = new WeakMap<TraceContext, { readonly span: Span; readonly name: string }>();

  constructor(config: NonNullable<AppConfig['tracing']>, version: string) {
    const { url, serviceName, attributes, gatherMs } = config;
    const exporter = new ReportingExporter(new OTLPTraceExporter({ url }));
    const about = { ...attributes, 'service.name': serviceName, 'service.version': version };
    this.provider = new TracerProvider({
      resource: defaultResource().merge(resourceFromAttributes(about)),
      sampler: samplerOf(config),
      spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: gatherMs })],
    });
    this.tracer = this.provider.getTracer(SCOPE, version);
  }

  http(method: string, path: string, headers: TraceHeaders): TraceContext {
    return this.begin(method, { 'http.request.method': method, 'url.path': path, 'url.scheme': 'http' }, headers);
  }

  rpc(method: string, headers: TraceHeaders): TraceContext {
    const [service, name] = method.split('/');
    const attributes = { 'rpc.system': 'grpc', 'rpc.service': service, 'rpc.method': name };
    return this.begin(method, attributes, headers);
  }

  endHttp(trace: TraceContext, { route, status, failure }: HttpEnd): void {
    const opened = this.open.get(trace);
    if (opened === undefined) return;
    const { span, name } = opened;
    if (route !== undefined) span.updateName(`${name} ${route}`).setAttribute('http.route', route);
    span.setAttribute('http.response.status_code', status);
    if (failure !== undefined) span.setAttribute('error.type', failure);
    if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  }

  endRpc(trace: TraceContext, failure: string | undefined): void {
    const span = this.open.get(trace)?.span;
    if (failure !== undefined) span?.setAttribute('error.type', failure).setStatus({ code: SpanStatusCode.ERROR });
    span?.end();
  }

  predicted(trace: TraceContext, prediction: TracedPrediction): void {
    if (!trace.sampled) return;
    const { requestId, model, version, backend, rows, batchRows, timing } = prediction;
    const end = now();
    const start = end - timing.total;
    const span = this.tracer.startSpan(
      `predict ${model}`,
      {
        startTime: start,
        attributes: {
          'tensornest.request_id': requestId,
          'tensornest.model': model,
          'tensornest.version': version,
          ...(backend === undefined ? {} : { 'tensornest.backend': backend }),
          'tensornest.rows': rows,
          'tensornest.batch_size': batchRows,
        },
      },
      within(trace),
    );
    const inside = api.setSpan(ROOT_CONTEXT, span);
    const encoded = this.part('encode', start, timing.encode, inside);
    const begun = this.part('queue', encoded, timing.queue, inside);
    this.part('infer', begun, timing.infer, inside);
    span.end(end);
  }

  failed(trace: TraceContext, { requestId, model, version, outcome, error, durationMs }: FailedRequestEvent): void {
    if (!trace.sampled || model === undefined) return;
    const end = now();
    const attributes: Attributes = {
      'tensornest.request_id': requestId,
      'tensornest.model': model,
      'tensornest.outcome': outcome,
      'error.type': error.code,
    };
    if (version !== undefined) attributes['tensornest.version'] = version;
    const span = this.tracer.startSpan(`predict ${model}`, { startTime: end - durationMs, attributes }, within(trace));
    if (FAULTS.has(outcome)) span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
    span.end(end);
  }

  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, CLOSE_WITHIN_MS)));
    await Promise.race([this.provider.shutdown().catch(() => undefined), late]);
    clearTimeout(timer);
  }

  private begin(name: string, attributes: Attributes, headers: TraceHeaders): TraceContext {
    const span = this.tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, parentOf(headers));
    const { traceId, spanId, traceFlags } = span.spanContext();
    const trace = { traceId, spanId, sampled: (traceFlags & TraceFlags.SAMPLED) !== 0 };
    this.open.set(trace, { span, name });
    return trace;
  }

  /** A part of a prediction; returns when it ended. */
  private part(name: string, start: number, milliseconds: number, inside: Context): number {
    this.tracer.startSpan(name, { startTime: start }, inside).end(start + milliseconds);
    return start + milliseconds;
  }
}

/** Milliseconds since 1970, with fractions. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

function within({ traceId, spanId, sampled }: TraceContext): Context {
  const traceFlags = sampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
  return api.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags });
}
