import type { IncomingMessage } from 'node:http';
import { API_VERSION } from '../../core/api.js';
import type { AppConfig } from '../../core/app-config.js';
import type { TraceContext } from '../../core/request-scope.js';
import type { Spans } from './spans.js';

/** Null where tracing is off. */
export async function openSpans({ tracing }: AppConfig): Promise<Spans | null> {
  if (tracing === null) return null;
  // NOTE: not imported above, for the libraries are large.
  const { OpenTelemetrySpans } = await import('./open-telemetry.js');
  return new OpenTelemetrySpans(tracing, API_VERSION);
}

/** What is asked all the time, and tells nothing: probes and scrapes. */
const UNTRACED = /^\/(health|metrics)(\/|$)/;

/** Begins the span of a request over HTTP. */
export function beginTrace(spans: Spans, { method, url = '', headers }: IncomingMessage): TraceContext | undefined {
  const [path] = url.split('?', 1);
  if (UNTRACED.test(path!)) return undefined;
  const { traceparent, tracestate } = headers;
  const sent = {
    traceparent: single(traceparent),
    tracestate: Array.isArray(tracestate) ? tracestate.join() : tracestate,
  };
  return spans.http(method ?? '', path!, sent);
}

/** Two of them are as good as none: https://www.w3.org/TR/trace-context/#traceparent-header */
function single(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}
