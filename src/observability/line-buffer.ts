import type { LineSink } from '../core/ports/line-sink.js';

/** How long a line may wait for company, in milliseconds. */
const PATIENCE_MS = 10;
/** Characters that are not held back any longer. */
const ENOUGH = 65_536;

/**
 * Gathers lines for a moment and hands them on together. A write of its own for each line would wake a thread for each
 * request, which at one connection costs more than the prediction.
 */
export class LineBuffer {
  private waiting = '';
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly sink: LineSink) {}

  write(line: string): void {
    this.waiting += line;
    if (this.waiting.length >= ENOUGH) this.pass();
    else
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
    if (this.waiting !== '') this.sink.write(this.waiting);
    this.waiting = '';
  }
}
