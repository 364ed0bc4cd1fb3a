import { AsyncLocalStorage } from 'node:async_hooks';
import type { Caller } from './caller.js';

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
  /** Undefined before it is known, and where nobody needs a key. */
  caller?: Caller | undefined;
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

/** Who asks; undefined for nobody in particular, and for the service itself. */
export function currentCaller(): Caller | undefined {
  return scopes.getStore()?.caller;
}

/** Runs `work` on behalf of the service itself: what a caller may change once it began must not end where that caller may look. */
export function asService<T>(work: () => T): T {
  const scope = scopes.getStore();
  return scope?.caller === undefined ? work() : scopes.run({ ...scope, caller: undefined }, work);
}

/** Whether the model exists for whoever asks. */
export function mayUseModel(name: string): boolean {
  const models = currentCaller()?.models;
  return models?.includes(name) ?? true;
}
