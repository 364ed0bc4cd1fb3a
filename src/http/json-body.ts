import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import express, { type RequestHandler } from 'express';
import { TensornestError } from '../core/errors.js';
import { inRequest } from '../core/request-scope.js';
import { scopeOf } from './request-context.js';
import { isTarball } from './tarball-body.js';

const METHODS_WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);

/** What Express's body readers attach to their errors: https://github.com/expressjs/body-parser#errors */
interface BodyReaderError extends Error {
  readonly status: number;
}

/** A body as it came, parsed when somebody asks for it: a prediction usually does not. */
export class JsonBody {
  constructor(readonly bytes: Buffer) {}

  /** The JSON value; throws `malformed-json`. */
  parse(): unknown {
    if (!isUtf8(this.bytes)) throw new TensornestError('malformed-json', 'The body is not valid UTF-8.');
    try {
      return JSON.parse(this.bytes.toString('utf8'));
    } catch (cause) {
      const reason = withoutBody((cause as SyntaxError).message);
      throw new TensornestError('malformed-json', `The body is not valid JSON: ${reason}.`);
    }
  }
}

/** Reads bodies of up to `limit` bytes into `JsonBody`; refuses in our own words what is larger or not JSON. */
export function jsonBody(limit: number): RequestHandler {
  return bodyReader(limit, isJson);
}

/** The same for doors whose clients name their JSON anything or nothing, or send other bytes beside it. */
export function anyBody(limit: number): RequestHandler {
  return bodyReader(limit, () => true);
}

function bodyReader(limit: number, accepts: (contentType?: string) => boolean): RequestHandler {
  // Compressed bodies are rare, and inflating them safely is a library's business.
  const inflate = express.raw({ limit, type: () => true });
  return (request, response, next) => {
    if (!METHODS_WITH_BODY.has(request.method) || isTarball(request)) {
      next();
    } else if (isEmpty(request)) {
      finish(request, Buffer.alloc(0), next);
    } else if (!accepts(request.headers['content-type'])) {
      next(new TensornestError('unsupported-media-type', 'Send the body as Content-Type: application/json, in UTF-8.'));
    } else if (request.headers['content-encoding'] === undefined) {
      collect(request, limit, next);
    } else {
      inflate(request, response, (error?: BodyReaderError | 'router' | 'route') => {
        if (typeof error === 'object') next(toRefusal(error, limit));
        else finish(request, Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0), next);
      });
    }
  };
}

type Next = (error?: unknown) => void;

/** Most bodies come in one piece, which is then not copied. */
function collect(request: IncomingMessage, limit: number, next: Next): void {
  const announced = Number(request.headers['content-length']);
  if (announced > limit) {
    next(tooLarge(limit));
    return;
  }
  const pieces: Buffer[] = [];
  let size = 0;
  const onData = (piece: Buffer) => {
    size += piece.length;
    if (size > limit) settle(tooLarge(limit));
    else pieces.push(piece);
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

/** JSON is UTF-8 (RFC 8259, section 8.1), and nothing else whatever a charset parameter says. */
function isJson(contentType = ''): boolean {
  return (
    contentType === 'application/json' || /^\s*application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(contentType)
  );
}

function tooLarge(limit: number): TensornestError {
  return new TensornestError('body-too-large', `The body is larger than ${limit} bytes: send fewer rows at once.`);
}

function toRefusal({ status, message }: BodyReaderError, limit: number): TensornestError {
  if (status === 413) return tooLarge(limit);
  const code = status === 415 ? 'unsupported-media-type' : 'bad-request';
  return new TensornestError(code, `The body was not read: ${message}.`);
}

/** V8 quotes the body in some messages; a client knows its body, and a log must not. */
function withoutBody(message: string): string {
  return message.replace(/, (\.\.\.)?".*"(\.\.\.)? is not valid JSON$/s, ' is not allowed there');
}
