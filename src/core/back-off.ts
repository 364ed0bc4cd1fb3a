const LONGEST_WAIT_MS = 5_000;
/** What lived this long had started well: its end is a new fault, not the last one again. */
const SETTLED_MS = 10_000;

/** How long to wait before something that died is replaced: not at all the first time, then longer while it dies young. */
export class BackOff {
  private youngDeaths = 0;

  /** `firstWaitMs` is the first wait that is one; each next one is twice as long, up to 5 s. */
  constructor(private readonly firstWaitMs: number) {}

  /** Milliseconds to wait, after one that lived for `livedMs`. */
  next(livedMs: number): number {
    if (livedMs >= SETTLED_MS) this.youngDeaths = 0;
    const wait = this.youngDeaths === 0 ? 0 : this.firstWaitMs * 2 ** (this.youngDeaths - 1);
    this.youngDeaths += 1;
    return Math.min(wait, LONGEST_WAIT_MS);
  }
}
