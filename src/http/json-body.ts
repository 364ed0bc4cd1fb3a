import express, { type RequestHandler } from 'express';
import { TensornestError } from '../core/errors.js';

const METHODS_WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);

/** What Express's body readers attach to their errors: https://github.com/expressjs/body-parser#errors */
interface BodyReaderError extends Error {
  readonly type: string;
  readonly status: number;
}

/**
 * Reads JSON bodies of up to `limit` bytes, of any JSON type: what a body may hold is the door's business. Refuses in our
 * own words, before Nest would turn the reader's errors into its own.
 */
export function jsonBody(limit: number): RequestHandler {
  const read = express.json({ limit, strict: false, type: () => true });
  return (request, response, next) => {
    if (!METHODS_WITH_BODY.has(request.method)) {
      next();
      return;
    }
    if (!isJson(request.headers['content-type'])) {
      next(new TensornestError('unsupported-media-type', 'Send the body as Content-Type: application/json, in UTF-8.'));
      return;
    }
    read(request, response, (error?: BodyReaderError | 'router' | 'route') => {
      next(typeof error === 'object' ? toRefusal(error, limit) : undefined);
    });
  };
}

/** JSON is UTF-8 (RFC 8259, section 8.1), and nothing else whatever a charset parameter says. */
function isJson(contentType = ''): boolean {
  return /^\s*application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(contentType);
}

function toRefusal({ type, status, message }: BodyReaderError, limit: number): TensornestError {
  switch (status) {
    case 413:
      return new TensornestError('body-too-large', `The body is larger than ${limit} bytes: send fewer rows at once.`);
    case 415:
      return new TensornestError('unsupported-media-type', `The body was not read: ${message}.`);
    default:
      return type === 'entity.parse.failed'
        ? new TensornestError('malformed-json', `The body is not valid JSON: ${withoutBody(message)}.`)
        : new TensornestError('bad-request', `The body was not read: ${message}.`);
  }
}

/** V8 quotes the body in some messages; a client knows its body, and a log must not. */
function withoutBody(message: string): string {
  return message.replace(/, (\.\.\.)?".*"(\.\.\.)? is not valid JSON$/s, ' is not allowed there');
}
