const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;
/** A worker that lived this long had started well: its end is a new fault, not the last one again. */
const SETTLED_MS = 10_000;

/** How long to wait before a worker is replaced: not at all the first time, then longer while it keeps dying young. */
export class BackOff {
  private youngDeaths = 0;

  /** Milliseconds to wait, after a worker that lived for `livedMs`. */
  next(livedMs: number): number {
    if (livedMs >= SETTLED_MS) this.youngDeaths = 0;
    const wait = this.youngDeaths === 0 ? 0 : FIRST_WAIT_MS * 2 ** (this.youngDeaths - 1);
    this.youngDeaths += 1;
    return Math.min(wait, LONGEST_WAIT_MS);
  }
}
