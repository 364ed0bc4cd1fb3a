/** Why a request was turned away, or dropped before its model ran. */
export const SHED_REASONS = ['queue-full', 'deadline', 'client-gone', 'quota'] as const;
export type ShedReason = (typeof SHED_REASONS)[number];

/** Told of every request that the service did not do, so that people can see it. */
export interface Sheds {
  /** Counts one. `detail` may be said in the log, at most once a second however many there are. */
  count(reason: ShedReason, detail?: string): void;
}

export const SHEDS = Symbol('SHEDS');
