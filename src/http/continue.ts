import type { IncomingMessage, ServerResponse } from 'node:http';

const CONTINUE = '100-continue';

/** Whether the request's `Expect` is something that nobody here knows how to meet. */
export function expectsTheUnknown({ headers: { expect } }: IncomingMessage): boolean {
  return expect !== undefined && expect.toLowerCase() !== CONTINUE;
}

/**
 * Asks a client that waits for it to send its body (RFC 9110, section 10.1.1). To be called by whoever is about to read it:
 * a request that is refused by its headers alone is refused before its body was sent.
 */
export function inviteBody(request: IncomingMessage, response: ServerResponse): void {
  if (request.headers.expect !== undefined && request.httpVersion === '1.1') response.writeContinue();
}
