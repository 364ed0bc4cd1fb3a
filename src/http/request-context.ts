import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { RequestHandler } from 'express';
import { Cancellation, clientGone } from '../core/cancellation.js';
import { TensornestError } from '../core/errors.js';
import { inRequest, type RequestScope, type TraceContext, traceparentOf } from '../core/request-scope.js';
import { closeAfter } from './closing.js';

export const REQUEST_ID_HEADER = 'x-request-id';

/** Tells a client the trace of its request: https://w3c.github.io/trace-context/#trace-context-http-response-headers-format */
const TRACE_RESPONSE_HEADER = 'traceresponse';

/** Long enough for every tracing system's ids, and nothing that a log line or a header could choke on. */
const WELL_FORMED = /^[A-Za-z0-9._:/+=@-]{1,128}$/;

/** Who is told of every request. */
export interface RequestWitness {
  /** Returns the place of the request in a trace; undefined where nobody traces. */
  began(request: IncomingMessage): TraceContext | undefined;
  ended(request: FinishedRequest): void;
}

/** One finished request. */
export interface FinishedRequest {
  readonly requestId: string;
  /** Who asked, where keys are required. */
  readonly clientId: string | undefined;
  readonly method: string;
  /** Without the query, which may hold what nobody wants in a log. */
  readonly path: string;
  /** The template of the route that took it; undefined where none did. */
  readonly route: string | undefined;
  /** 499 when the client went away before the answer was written. */
  readonly status: number;
  readonly durationMs: number;
  readonly trace: TraceContext | undefined;
  /** What it was refused with; undefined where it was not. */
  readonly failure: TensornestError | undefined;
}

const CLIENT_GONE = 499;

/** The last request of a connection that was answered before it was read to its end. */
const unread = new WeakMap<Socket, IncomingMessage>();

type Identified = IncomingMessage & {
  scope?: RequestScope;
  arrivedAt?: number;
  cancellation?: Cancellation;
  failure?: TensornestError;
};

/**
 * Gives every request its id (the client's own when it is well-formed, else a new UUID), and reports the request when it
 * is over. Comes before everything that may refuse a request; `refusalOf` is the first that does.
 */
export function requestContext(
  witness: RequestWitness,
  refusalOf: (request: IncomingMessage) => Error | undefined = () => undefined,
): RequestHandler {
  return (request, response, next) => {
    const started = performance.now();
    const trace = witness.began(request);
    const scope = identify(request, trace);
    (request as Identified).arrivedAt = started;
    if (trace !== undefined) response.setHeader(TRACE_RESPONSE_HEADER, traceparentOf(trace));
    inRequest(scope, () => {
      response.once('close', () => {
        // NOTE: nothing else tells of a client that left after its body was read: https://github.com/nodejs/node/issues/46666
        if (!response.writableFinished) cancelled(request).cancel(clientGone());
        if (!request.complete) unread.set(request.socket, request);
        witness.ended({
          requestId: scope.requestId,
          clientId: scope.caller?.id,
          method: request.method,
          path: request.path,
          route: (request.route as { readonly path: string } | undefined)?.path,
          status: response.writableFinished ? response.statusCode : CLIENT_GONE,
          durationMs: performance.now() - started,
          trace,
          failure: (request as Identified).failure,
        });
      });
      const refusal = refusalOf(request);
      if (refusal !== undefined) closeAfter(response);
      next(refusal);
    });
  };
}

/** Gives the request its id, and those who work on it their scope. */
export function identify(request: IncomingMessage, trace?: TraceContext): RequestScope {
  const sent = request.headers[REQUEST_ID_HEADER];
  const requestId = typeof sent === 'string' && WELL_FORMED.test(sent) ? sent : randomUUID();
  const scope: RequestScope = { requestId, trace };
  (request as Identified).scope = scope;
  return scope;
}

/** Whether the last request of this connection was answered before it had come to its end, which it still has not. */
export function isAnsweredEarly(socket: Socket): boolean {
  return unread.get(socket)?.complete === false;
}

/** The id that `requestContext` gave. */
export function requestIdOf(request: IncomingMessage): string {
  return (request as Identified).scope?.requestId ?? '';
}

/** On whose behalf the request is worked on. */
export function scopeOf(request: IncomingMessage): RequestScope {
  return (request as Identified).scope ?? { requestId: '' };
}

/** Remembers what the request was refused with, for those who are told of its end. */
export function noteFailure(request: IncomingMessage, failure: TensornestError): void {
  (request as Identified).failure = failure;
}

/** A header, whatever the case of its name; several of one name as one text. */
export function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name.toLowerCase()];
  return Array.isArray(value) ? value.join() : value;
}

/** Seconds, or milliseconds, that the client waits for its answer. */
const TIMEOUT_HEADERS = [
  ['request-timeout', 1_000],
  ['x-request-timeout-ms', 1],
] as const;

const POSITIVE_NUMBER = /^(?!0+(\.0+)?$)\d{1,10}(\.\d{1,10})?$/;

/** How long the client waits: as its headers say, and while it is connected. Throws `bad-request` for a wrong header. */
export function cancellationOf(request: IncomingMessage): Cancellation {
  const cancellation = cancelled(request);
  for (const [name, milliseconds] of TIMEOUT_HEADERS) {
    const sent = request.headers[name];
    if (sent === undefined) continue;
    if (typeof sent !== 'string' || !POSITIVE_NUMBER.test(sent)) {
      throw new TensornestError('bad-request', `The header ${name} must be a positive number.`);
    }
    cancellation.within(Number(sent) * milliseconds);
  }
  return cancellation;
}

function cancelled(request: Identified): Cancellation {
  request.cancellation ??= new Cancellation(request.arrivedAt);
  return request.cancellation;
}
