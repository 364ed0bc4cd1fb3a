import { createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify, type JWTPayload } from 'jose';
import { type Caller, type Scope, SCOPES } from '../core/caller.js';
import type { TokenSettings } from '../core/app-config.js';
import { AccessRefusal } from './access-refusal.js';

/** Seconds that the clocks of the issuer and of this machine may differ. */
const SKEW_SECONDS = 60;

export interface Verified {
  readonly caller: Caller;
  /** Milliseconds since the epoch until which it may be believed. */
  readonly expires: number;
}

/**
 * Tokens that somebody else issues (RFC 7519), with the keys of a JSON Web Key Set. The allow-list of algorithms decides, not
 * the token: no `none`, and no public key taken for a shared secret. Issuer, audience and expiry must be there.
 *
 * Claims: `sub` names the caller, `scope` (words) or `scopes` (a list) says what it may do, `models` which models it may ask.
 */
export async function verifyToken(token: string, keys: JSONWebKeySet, settings: TokenSettings): Promise<Verified> {
  const { issuer, audience, algorithms } = settings;
  try {
    const { payload } = await jwtVerify(token, createLocalJWKSet(keys), {
      issuer,
      audience,
      algorithms: [...algorithms],
      clockTolerance: SKEW_SECONDS,
      requiredClaims: ['exp', 'sub'],
    });
    return { caller: callerOf(payload), expires: (payload.exp! + SKEW_SECONDS) * 1_000 };
  } catch (error) {
    if (error instanceof AccessRefusal) throw error;
    if (error instanceof errors.JWTExpired) throw new AccessRefusal('expired', 'The token has expired.');
    throw new AccessRefusal('unknown', 'The token is not accepted.');
  }
}

function callerOf(payload: JWTPayload): Caller {
  const { sub = '', scope, scopes, models } = payload as JWTPayload & Readonly<Record<string, unknown>>;
  const words = typeof scope === 'string' ? scope.split(' ') : Array.isArray(scopes) ? (scopes as unknown[]) : [];
  const granted = SCOPES.filter((known): known is Scope => words.includes(known));
  if (models !== undefined && !isListOfText(models)) throw new AccessRefusal('unknown', 'The token is not accepted.');
  return { id: sub, scopes: granted, models: models ?? null, quota: null };
}

function isListOfText(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
