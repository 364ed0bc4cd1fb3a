import { type Context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { parseTraceParent, TraceState } from '@opentelemetry/core';
import type { TraceHeaders } from '../../core/ports/request-tracer.js';

/** The context of a client's span, or an empty one where its headers name none or are malformed. */
export function parentOf({ traceparent, tracestate }: TraceHeaders): Context {
  const parent = traceparent === undefined ? null : parseTraceParent(traceparent);
  if (parent === null) return ROOT_CONTEXT;
  const traceState = tracestate === undefined ? undefined : new TraceState(tracestate);
  return trace.setSpanContext(ROOT_CONTEXT, {
    ...parent,
    isRemote: true,
    ...(traceState === undefined ? {} : { traceState }),
  });
}
