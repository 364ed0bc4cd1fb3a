import { type ErrorCode, TensornestError } from '../core/errors.js';
import type { ShedReason, Sheds } from '../core/ports/sheds.js';

/** The errors of requests that the service was able to answer and did not. */
const REASONS: Partial<Readonly<Record<ErrorCode, ShedReason>>> = {
  overloaded: 'queue-full',
  'deadline-exceeded': 'deadline',
  'client-gone': 'client-gone',
};

/** Counts the request when `error` means that it was shed. */
export function countShed(sheds: Sheds, error: unknown, model: string): void {
  const reason = error instanceof TensornestError ? REASONS[error.code] : undefined;
  if (reason === undefined) return;
  // Only what the service cannot keep up with is news; late and lost callers are theirs to explain.
  sheds.count(
    reason,
    reason === 'queue-full' ? `Model ${model} is overloaded. ${(error as Error).message}` : undefined,
  );
}
