import { AsyncLocalStorage } from 'node:async_hooks';

/** Where a request stands in a trace, by W3C Trace Context: https://www.w3.org/TR/trace-context/ */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits: the span of this service that the request is. */
  readonly spanId: string;
  /** Whether the trace is recorded. */
  readonly sampled: boolean;
}

/** On whose behalf code runs. */
export interface RequestScope {
  readonly requestId: string;
  /** Undefined where tracing is off. */
  readonly trace?: TraceContext | undefined;
}

const scopes = new AsyncLocalStorage<RequestScope>();

/** Runs `work`, and everything that it starts, on behalf of the request. */
export function inRequest<T>(scope: RequestScope, work: () => T): T {
  return scopes.run(scope, work);
}

/** The id of the request on whose behalf this code runs, for log lines. */
export function currentRequestId(): string | undefined {
  return scopes.getStore()?.requestId;
}

/** The place in a trace of the request on whose behalf this code runs. */
export function currentTrace(): TraceContext | undefined {
  return scopes.getStore()?.trace;
}

/** The header `traceparent` that hands a trace on. */
export function traceparentOf({ traceId, spanId, sampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
}
