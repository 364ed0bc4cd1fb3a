import { BufferPool } from '../core/buffer-pool.js';
import type { LineSink } from '../core/ports/line-sink.js';

/** How long a line may wait for company, in milliseconds. */
const PATIENCE_MS = 10;
/**
 * Bytes that are gathered, at most; a longer line travels alone. A write takes 40 us of processor time whatever its size, and
 * bytes that wait for it take memory: with 64 KiB, audit lines of 100 rows were half of all work.
 */
const CAPACITY = 1_048_576;
/** Most bytes of UTF-8 that one UTF-16 code unit can take. */
const WIDEST = 3;

/** A part of a line: text, or bytes that are UTF-8 already and go into the line as they are. */
export type LinePart = string | Uint8Array;

/**
 * Gathers lines for a moment and hands them on together. A write of its own for each line would wake a thread for each
 * request, which at one connection costs more than the prediction. Lines are bytes in buffers that are used again: as
 * strings, those of large requests were half of the memory that the service took.
 */
export class LineBuffer {
  private readonly pool = new BufferPool();
  private chunk: Buffer | undefined;
  private used = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly sink: LineSink) {}

  /** Adds the line that these parts make; the last one ends with its line feed. */
  write(...parts: readonly LinePart[]): void {
    let room = 0;
    for (const part of parts) room += typeof part === 'string' ? part.length * WIDEST : part.length;
    if (this.chunk !== undefined && this.used + room > this.chunk.length) this.pass();
    this.chunk ??= this.pool.take(Math.max(CAPACITY, room));
    this.used = put(this.chunk, this.used, parts);
    this.timer ??= setTimeout(() => {
      this.pass();
    }, PATIENCE_MS);
  }

  /** Resolves when everything written so far is where it belongs. */
  flush(): Promise<void> {
    this.pass();
    return this.sink.flush();
  }

  private pass(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { chunk, used } = this;
    if (chunk === undefined) return;
    this.chunk = undefined;
    this.used = 0;
    this.sink.write(chunk.subarray(0, used), () => {
      this.pool.give(chunk);
    });
  }
}

/** Writes the parts one behind the other; returns where they end. */
function put(chunk: Buffer, from: number, parts: readonly LinePart[]): number {
  let at = from;
  for (const part of parts) {
    if (typeof part === 'string') at += chunk.write(part, at);
    else {
      chunk.set(part, at);
      at += part.length;
    }
  }
  return at;
}
