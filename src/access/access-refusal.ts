import { TensornestError } from '../core/errors.js';

/** Why somebody was not let in; label values of `tensornest_auth_failures_total`. */
export const REFUSALS = ['missing', 'malformed', 'unknown', 'expired', 'scope', 'model'] as const;
export type Refusal = (typeof REFUSALS)[number];

/** Somebody was not let in. A model of others is no such case: whoever asks for it hears that there is none, from the registry. */
export class AccessRefusal extends TensornestError {
  constructor(
    readonly refusal: Exclude<Refusal, 'model'>,
    message: string,
  ) {
    super(refusal === 'scope' ? 'forbidden' : 'unauthenticated', message);
  }
}
