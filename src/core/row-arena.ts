/**
 * Memory in which the rows of requests that will share an execution are written one behind the other, so that they are a
 * batch already when it starts: nothing is copied together, and nothing large is allocated for a request.
 */
export class RowArena {
  /** Everything before it is taken; everything from it on is zero, as encoders want it. */
  used = 0;
  readonly data: Float32Array<ArrayBuffer>;
  private users = 0;

  /** @param size how many numbers it holds. */
  constructor(
    size: number,
    private readonly onEmpty: (arena: RowArena) => void = () => undefined,
  ) {
    this.data = new Float32Array(size);
  }

  get idle(): boolean {
    return this.users === 0;
  }

  /** A request has rows in it, or an execution reads them. */
  enter(): void {
    this.users += 1;
  }

  /** The last one to leave makes all of it free, for the requests of a later turn. */
  leave(): void {
    this.users -= 1;
    if (this.idle) this.clear();
  }

  clear(): void {
    this.data.fill(0, 0, this.used);
    this.used = 0;
    this.onEmpty(this);
  }

  holds(data: Float32Array): boolean {
    return data.buffer === this.data.buffer;
  }
}
