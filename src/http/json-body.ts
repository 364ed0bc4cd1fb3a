import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import { TensornestError } from '../core/errors.js';
import { inRequest } from '../core/request-scope.js';
import { parseStrictJson, type StrictJsonOptions } from '../core/strict-json.js';
import { closeAfter } from './closing.js';
import { inviteBody } from './continue.js';
import { inflate, inflaterFor } from './inflate.js';
import { isJsonType, isUtf8Type } from './media-type.js';
import { scopeOf } from './request-context.js';
import { tooLarge } from './request-rules.js';
import { isTarball } from './tarball-body.js';

const UTF8_JSON = 'Send the body as Content-Type: application/json, in UTF-8.';
const METHODS_WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);

/** A body as it came, parsed when somebody asks for it: a prediction usually does not. */
export class JsonBody {
  constructor(readonly bytes: Buffer) {}

  /** The JSON value; throws what `parseStrictJson` does. */
  parse(options?: StrictJsonOptions): unknown {
    return parseStrictJson(this.bytes, options);
  }
}

/** Reads bodies of up to `limit` bytes, inflated ones too, into `JsonBody`; refuses in our own words what is larger or not JSON. */
export function jsonBody(limit: number): RequestHandler {
  return bodyReader(limit, isJsonType);
}

/** The same for doors whose clients name their JSON anything or nothing, or send other bytes beside it. */
export function anyBody(limit: number): RequestHandler {
  return bodyReader(limit, () => true);
}

function bodyReader(limit: number, accepts: (contentType?: string) => boolean): RequestHandler {
  return (request, response, next) => {
    const { 'content-type': type, 'content-encoding': coding } = request.headers;
    if (!METHODS_WITH_BODY.has(request.method) || isTarball(request)) {
      next();
    } else if (isEmpty(request)) {
      finish(request, Buffer.alloc(0), next);
    } else if (!accepts(type) || !isUtf8Type(type)) {
      next(new TensornestError('unsupported-media-type', UTF8_JSON));
    } else if (coding === undefined || coding === 'identity') {
      inviteBody(request, response);
      collect(request, response, limit, next);
    } else {
      inflated(request, response, coding, limit).then((bytes) => {
        finish(request, bytes, next);
      }, next);
    }
  };
}

/** Compressed bodies are rare, and cost turns of the event loop anyway. */
async function inflated(request: IncomingMessage, response: ServerResponse, coding: string, limit: number) {
  const inflater = inflaterFor(coding);
  inviteBody(request, response);
  try {
    return await inflate(request, inflater, limit);
  } catch (error) {
    if (!request.complete) closeAfter(response);
    throw error;
  }
}

type Next = (error?: unknown) => void;

/** Most bodies come in one piece, which is then not copied. */
function collect(request: IncomingMessage, response: ServerResponse, limit: number, next: Next): void {
  const announced = Number(request.headers['content-length']);
  const pieces: Buffer[] = [];
  let size = 0;
  const onData = (piece: Buffer) => {
    size += piece.length;
    if (size > limit) {
      closeAfter(response);
      settle(tooLarge(limit));
    } else pieces.push(piece);
    // All is there: no need to wait for the parser to say so in a later turn.
    if (size === announced) settle();
  };
  const settle = (error?: unknown) => {
    request.off('data', onData).off('end', onEnd).off('error', onError);
    if (error === undefined) finish(request, pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces, size), next);
    else next(error);
  };
  const onEnd = () => {
    settle();
  };
  const onError = () => {
    settle(new TensornestError('bad-request', 'The body broke off before its end.'));
  };
  request.on('data', onData).on('end', onEnd).on('error', onError);
}

function finish(request: IncomingMessage, bytes: Buffer, next: Next): void {
  (request as IncomingMessage & { body: JsonBody }).body = new JsonBody(bytes);
  // NOTE: the parser's events come outside of the request's scope, where a log line would lose its request id.
  inRequest(scopeOf(request), next);
}

/** Neither a body nor its type was announced: some requests need none. */
function isEmpty({ headers }: IncomingMessage): boolean {
  const { 'content-type': type, 'content-length': length, 'transfer-encoding': coding } = headers;
  return type === undefined && coding === undefined && (length === undefined || length === '0');
}
