/** Buffers kept for later, at most. */
const KEPT = 16;
/** A larger buffer is not kept. */
const LARGEST_KEPT = 4 * 1_048_576;
const SMALLEST = 16_384;

/**
 * Buffers that are used again. Large memory of its own for each answer or line would cost as much to allocate and to
 * collect as to write, and V8 collects everything when memory outside of its heap grows quickly.
 */
export class BufferPool {
  private readonly free: Buffer[] = [];

  /** A buffer of at least `size` bytes, with anything in it. */
  take(size: number): Buffer {
    const at = this.free.findIndex((buffer) => buffer.length >= size);
    const [found] = at === -1 ? [] : this.free.splice(at, 1);
    return found ?? Buffer.allocUnsafeSlow(roundUp(size));
  }

  /** Only for a buffer that nobody reads any more. */
  give(buffer: Buffer): void {
    if (this.free.length < KEPT && buffer.length <= LARGEST_KEPT) this.free.push(buffer);
  }
}

/** To the next power of two, so that a buffer suits the next one who asks. */
function roundUp(size: number): number {
  return Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(size)));
}
