import type { ErrorCode } from '../core/errors.js';
import type { Outcome } from '../core/prediction.js';
import { statusOf } from '../http/problem-details.js';

export type FailureOutcome = Exclude<Outcome, 'success'>;

const BY_CODE: Partial<Readonly<Record<ErrorCode, FailureOutcome>>> = {
  overloaded: 'rejected',
  'deadline-exceeded': 'timeout',
  'client-gone': 'cancelled',
};

/** Statuses of requests that nothing was wrong with but who sent them, and how many. */
const TURNED_AWAY = new Set([401, 403, 429]);

/** How a request ended that was refused with this code. */
export function outcomeOf(code: ErrorCode): FailureOutcome {
  const status = statusOf(code);
  return BY_CODE[code] ?? (TURNED_AWAY.has(status) ? 'rejected' : status < 500 ? 'invalid' : 'error');
}
