import type { TraceContext } from '../request-scope.js';

/** The place in a trace that a client's request says it has, as W3C Trace Context writes it. */
export interface TraceHeaders {
  readonly traceparent: string | undefined;
  readonly tracestate: string | undefined;
}

/** A request over HTTP that is over. */
export interface HttpEnd {
  /** The template; undefined where no route took it. */
  readonly route: string | undefined;
  readonly status: number;
  /** The code of what it was refused with. */
  readonly failure: string | undefined;
}

/** Makes spans of requests. Never throws and never waits: a collector that cannot be reached costs spans, no request. */
export interface RequestTracer {
  /** Begins the span of a request, which must be ended. */
  http(method: string, path: string, headers: TraceHeaders): TraceContext;
  /** The same for a call over gRPC, such as `inference.GRPCInferenceService/ModelInfer`. */
  rpc(method: string, headers: TraceHeaders): TraceContext;
  endHttp(trace: TraceContext, end: HttpEnd): void;
  /** `failure` is the code of the error that the call ended with. */
  endRpc(trace: TraceContext, failure: string | undefined): void;
}

/** Null where tracing is off. */
export const REQUEST_TRACER = Symbol('REQUEST_TRACER');
