import type { Exchange } from './paced-load.js';

interface Swap {
  readonly version: string;
  readonly calledAt: number;
  returnedAt: number;
}

/** When which version was activated, to hold against what was answered meanwhile. */
export class SwapLog {
  private readonly swaps: Swap[];

  constructor(first: string) {
    this.swaps = [{ version: first, calledAt: -Infinity, returnedAt: -Infinity }];
  }

  /** Does the swap, and notes when it was called and when it had returned. */
  async swap(version: string, activate: () => Promise<unknown>): Promise<void> {
    const swap: Swap = { version, calledAt: performance.now(), returnedAt: Infinity };
    this.swaps.push(swap);
    await activate();
    swap.returnedAt = performance.now();
  }

  /**
   * The versions that may answer the exchange: the one whose activation had returned when it was sent, and those whose
   * activation was called before it was answered.
   */
  allowed({ sentAt, doneAt }: Exchange): Set<string> {
    const current = this.swaps.findLastIndex(({ returnedAt }) => returnedAt <= sentAt);
    const later = this.swaps.slice(current).filter(({ calledAt }) => calledAt <= doneAt);
    return new Set(later.map(({ version }) => version));
  }
}
