import type { Socket } from 'node:net';
import type { Request, RequestHandler, Response } from 'express';
import { isManagement } from '../http/management.js';
import { headerOf, scopeOf } from '../http/request-context.js';
import { AccessRefusal } from './access-refusal.js';
import type { Authenticator, Recognised } from './authenticator.js';
import { type Allowance, QuotaExceeded, type Quotas } from './quotas.service.js';
import { type Requirement, requirementOf } from './rules.js';
import { WINDOW_SECONDS } from './usage.js';

type KnownSocket = Socket & { recognised?: Recognised };

/** Lets in who has a key for what they ask, before their body is read. Comes after the request has its scope. */
export function accessGate(
  authenticator: Authenticator,
  quotas: Quotas,
  managementPort: number | null,
): RequestHandler {
  const admit = (request: Request, response: Response, recognised: Recognised, needed: Requirement) => {
    const { caller } = recognised;
    (request.socket as KnownSocket).recognised = recognised;
    scopeOf(request).caller = caller;
    authenticator.authorise(caller, needed);
    tell(response, quotas.admit(caller));
  };
  const refuse = (response: Response, error: unknown): unknown => {
    if (error instanceof AccessRefusal) {
      authenticator.count(error.refusal);
      // RFC 9110, section 11.6.1: a 401 says how to do better.
      if (error.code === 'unauthenticated') response.setHeader('WWW-Authenticate', 'Bearer realm="tensornest"');
    }
    if (error instanceof QuotaExceeded) tell(response, error.allowances);
    return error;
  };
  return (request, response, next) => {
    const needed = requirementOf(request.method, request.path);
    // Who can reach the operators' port is the network's business.
    if (needed.scope === null || isManagement(request, managementPort)) {
      next();
      return;
    }
    try {
      const header = (name: string) => headerOf(request, name);
      const found = authenticator.identify(header, (request.socket as KnownSocket).recognised);
      if (found instanceof Promise) {
        found
          .then((recognised) => {
            admit(request, response, recognised, needed);
          })
          .then(
            () => {
              next();
            },
            (error: unknown) => {
              next(refuse(response, error));
            },
          );
        return;
      }
      admit(request, response, found, needed);
    } catch (error) {
      next(refuse(response, error));
      return;
    }
    next();
  };
}

/** Limits and what is left of them: https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ */
function tell(response: Response, allowances: readonly Allowance[]): void {
  if (allowances.length === 0) return;
  const policies = allowances.map(({ unit, limit }) => `"${unit}";q=${limit};w=${WINDOW_SECONDS}`);
  const states = allowances.map(({ unit, remaining, reset }) => `"${unit}";r=${remaining};t=${reset}`);
  response.setHeader('RateLimit-Policy', policies.join(', '));
  response.setHeader('RateLimit', states.join(', '));
}
