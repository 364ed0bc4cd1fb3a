import type { IncomingMessage } from 'node:http';

/** The request's query. Express's own parser is switched off: a prediction has no query and should not pay for one. */
export function queryOf({ url = '' }: IncomingMessage): URLSearchParams {
  return new URLSearchParams(url.slice(url.indexOf('?') + 1 || url.length));
}
