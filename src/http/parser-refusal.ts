import { TensornestError } from '../core/errors.js';

/** What a server's parser says of what it could not read. */
export interface ParserError extends Error {
  readonly code?: string;
  /** The parser's own words. */
  readonly reason?: string;
  /** The bytes that it was reading. */
  readonly rawPacket?: Buffer;
}

export const REFUSAL_REASONS = ['malformed', 'headers-too-large', 'timeout', 'broken-off', 'connect'] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** An error of the parser in our words, and as the metrics have it. */
export interface ParserRefusal {
  readonly reason: RefusalReason;
  readonly error: TensornestError;
}

/** Null for what is no error of the client's: the connection is gone. */
export function parserRefusal({ code = '', reason }: ParserError): ParserRefusal | null {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return refusal('headers-too-large', 'headers-too-large', 'The headers of the request are too large.');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return refusal('headers-too-large', 'body-too-large', 'The chunk extensions of the body are too large.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return refusal('timeout', 'request-timeout', 'The request did not arrive in time.');
    case 'HPE_INVALID_EOF_STATE':
      return refusal('broken-off', 'malformed-request', 'The request broke off before its end.');
    default:
      if (!code.startsWith('HPE_')) return null;
      return refusal('malformed', 'malformed-request', `This is not HTTP/1.1: ${reason ?? code}.`);
  }
}

function refusal(reason: RefusalReason, code: TensornestError['code'], message: string): ParserRefusal {
  return { reason, error: new TensornestError(code, message) };
}

/** A request line, as far as one can be told. */
export interface RequestLine {
  readonly method: string;
  readonly url: string;
}

/** A path may be longer; its beginning says which door was meant. */
const REQUEST_LINE = /^([A-Z]{3,16}) (\S{1,2048})/;
const UNKNOWN: RequestLine = { method: 'GET', url: '/' };

/** The line that the bytes begin with, so that the answer can have the form of the door that was meant. */
export function requestLineOf(bytes: Buffer | undefined): RequestLine {
  const [, method, url] = REQUEST_LINE.exec(bytes?.toString('latin1', 0, 2_100) ?? '') ?? [];
  return method === undefined || url === undefined ? UNKNOWN : { method, url };
}
