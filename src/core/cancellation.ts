import { TensornestError } from './errors.js';

/** Work that somebody waits for. */
export interface Cancellable {
  /** Nobody waits any more. Must not throw. */
  cancelled(reason: TensornestError): void;
}

/** The place of what is in no list. */
export const NOWHERE = -1;

/**
 * How long a request waits for its answer: until its deadline, and as long as its client is there. There is one for every
 * request, so it is a few fields where an AbortController and a timer would be a dozen objects.
 */
export class Cancellation {
  /** Where it stands in the list of whoever watches over its deadline. */
  place = NOWHERE;
  private latest = Infinity;
  private ended: TensornestError | undefined;
  private work: Cancellable | undefined;

  /** @param since when the request came, on the clock of `performance.now()`. */
  constructor(readonly since = performance.now()) {}

  /** When the answer must be there, on the clock of `performance.now()`; `Infinity` without a deadline. */
  get deadline(): number {
    return this.latest;
  }

  /** Why nobody waits any more, or undefined. */
  get reason(): TensornestError | undefined {
    return this.ended;
  }

  /** Sets the deadline `milliseconds` after the request came, unless it is earlier already. */
  within(milliseconds: number): this {
    this.latest = Math.min(this.latest, this.since + milliseconds);
    return this;
  }

  cancel(reason: TensornestError): void {
    if (this.ended !== undefined) return;
    this.ended = reason;
    this.work?.cancelled(reason);
    this.work = undefined;
  }

  /** Cancels when the deadline has passed at `now`; says whether nobody waits any more. */
  isOver(now = performance.now()): boolean {
    if (now >= this.latest) this.cancel(deadlineExceeded(this.latest - this.since));
    return this.ended !== undefined;
  }

  /** Has the work told when it is no longer wanted; of a request it is one thing at a time. */
  attach(work: Cancellable): void {
    this.work = work;
  }

  /** Throws the reason when nobody waits any more. */
  throwIfOver(): void {
    if (this.isOver()) throw this.ended!;
  }
}

export function clientGone(): TensornestError {
  return new TensornestError('client-gone', 'The client went away before the answer was there.');
}

function deadlineExceeded(milliseconds: number): TensornestError {
  return new TensornestError('deadline-exceeded', `The answer was not there within ${Math.round(milliseconds)} ms.`);
}
