import { AccessRefusal } from './access-refusal.js';

const BEARER = /^Bearer +(\S+)$/i;
/** More than any key or token has. */
const LONGEST = 8_192;

/**
 * The key or token that a request carries: `Authorization: Bearer <key>` (RFC 6750) or `x-api-key: <key>`. Undefined when there is
 * none; throws for something else in its place.
 */
export function credentialOf(header: (name: string) => string | undefined): string | undefined {
  const authorization = header('authorization');
  const key = authorization === undefined ? header('x-api-key') : BEARER.exec(authorization)?.[1];
  if (key === undefined && authorization === undefined) return undefined;
  if (key === undefined || key === '' || key.length > LONGEST) {
    throw new AccessRefusal('malformed', 'The Authorization header must be "Bearer" and a key.');
  }
  return key;
}
