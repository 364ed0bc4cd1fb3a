import type { IncomingMessage } from 'node:http';
import { TensornestError } from '../core/errors.js';
import { expectsTheUnknown } from './continue.js';
import { isTarball } from './tarball-body.js';

/** Most header lines of a request. Node would drop those beyond its own limit without a word. */
const MOST_HEADERS = 100;

export interface RequestRules {
  /** Largest body of any request but an upload, in bytes. */
  readonly bodyLimit: number;
  /** Whether packages can be uploaded. They have a limit of their own. */
  readonly uploads: boolean;
}

/**
 * What is wrong with the head of a request that Node's parser let through, or undefined. Comes before every door, so that no
 * door has to think of it.
 */
export function refusalOf(request: IncomingMessage, { bodyLimit, uploads }: RequestRules): TensornestError | undefined {
  const { rawHeaders, headers } = request;
  const hosts = countHosts(rawHeaders);
  // RFC 9112, section 3.2: two hosts are two ideas of whom the request is for.
  if (hosts !== 1 && (hosts > 1 || request.httpVersion === '1.1')) {
    return new TensornestError('malformed-request', 'The request must have exactly one Host header.');
  }
  if (rawHeaders.length > 2 * MOST_HEADERS) {
    return new TensornestError('headers-too-large', `The request has more than ${MOST_HEADERS} header lines.`);
  }
  if (Number(headers['content-length']) > bodyLimit && !(uploads && isTarball(request))) return tooLarge(bodyLimit);
  if (expectsTheUnknown(request)) {
    return new TensornestError('expectation-failed', 'The only expectation that can be met is 100-continue.');
  }
  return undefined;
}

export function tooLarge(limit: number): TensornestError {
  return new TensornestError('body-too-large', `The body is larger than ${limit} bytes: send fewer rows at once.`);
}

function countHosts(rawHeaders: readonly string[]): number {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (name.length === 4 && (name === 'Host' || name === 'host' || name.toLowerCase() === 'host')) hosts += 1;
  }
  return hosts;
}
