import type { LineSink } from '../core/ports/line-sink.js';

/** Gathers the lines of one turn of the event loop and hands them on together: one write for all requests of a batch. */
export class TurnWriter {
  private waiting = '';

  constructor(private readonly sink: LineSink) {}

  write(line: string): void {
    if (this.waiting === '') {
      setImmediate(() => {
        this.pass();
      });
    }
    this.waiting += line;
  }

  /** Resolves when everything written so far is where it belongs. */
  flush(): Promise<void> {
    this.pass();
    return this.sink.flush();
  }

  private pass(): void {
    if (this.waiting !== '') this.sink.write(this.waiting);
    this.waiting = '';
  }
}
