/** Whether the service was told to end. */
export interface Drain {
  /** It still serves, and asks everyone to go elsewhere. */
  readonly draining: boolean;
  /** Resolves when new connections are no longer taken: who waits for news then waits in vain. */
  readonly closing: Promise<undefined>;
}

export const DRAIN = Symbol('DRAIN');
