import { RowArena } from '../core/row-arena.js';

/** The arenas of one batcher: one takes the rows that come, while executions read the others. */
export class RowArenas {
  private current: RowArena | undefined;
  private spare: RowArena | undefined;

  /** @param size how many numbers an arena holds. */
  constructor(private readonly size: number) {}

  get open(): RowArena {
    if (this.current === undefined) {
      this.current = this.spare ?? new RowArena(this.size, this.emptied);
      this.spare = undefined;
    }
    return this.current;
  }

  /** The open arena when it holds `data`, which is a request's from now on. */
  enter(data: Float32Array): RowArena | undefined {
    if (!this.current?.holds(data)) return undefined;
    this.current.enter();
    return this.current;
  }

  /** What is in the open arena is about to be read: rows that come go into another one. */
  turnOver(): void {
    const { current } = this;
    // Rows may have been written that nobody was let in with.
    if (current?.idle) current.clear();
    else this.current = undefined;
  }

  private readonly emptied = (arena: RowArena): void => {
    if (arena !== this.current) this.spare = arena;
  };
}
