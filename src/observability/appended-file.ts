import { mkdirSync, openSync, write } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { LineSink } from '../core/ports/line-sink.js';

const writeSome = promisify(write);

interface Waiting {
  readonly lines: Uint8Array;
  readonly release: (() => void) | undefined;
}

/**
 * A file that lines are added to without waiting, in their order. Pino's writer would do, but does not tell when it is
 * done with the bytes, so that they could not be used again.
 */
export class AppendedFile implements LineSink {
  private readonly file: number;
  private readonly waiting: Waiting[] = [];
  private writing: Promise<void> | undefined;
  private failure: unknown;
  private lostLines = 0;

  /** Opens it at once and not behind the first line: a log that cannot be written stops the start. */
  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.file = openSync(path, 'a');
  }

  get lost(): number {
    return this.lostLines;
  }

  write(lines: Uint8Array, release?: () => void): void {
    this.waiting.push({ lines, release });
    this.writing ??= this.drain();
  }

  /** Rejects with the reason when lines were lost since the last flush. */
  async flush(): Promise<void> {
    await this.writing;
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) throw failure as Error;
  }

  private async drain(): Promise<void> {
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) {
      try {
        await this.append(next.lines);
      } catch (error) {
        this.failure ??= error;
        this.lostLines += countLines(next.lines);
      }
      next.release?.();
    }
    this.writing = undefined;
  }

  private async append(lines: Uint8Array): Promise<void> {
    for (let at = 0; at < lines.length;) {
      const { bytesWritten } = await writeSome(this.file, lines, at, lines.length - at);
      at += bytesWritten;
    }
  }
}

const LINE_FEED = 0x0a;

function countLines(lines: Uint8Array): number {
  let count = 0;
  for (const byte of lines) if (byte === LINE_FEED) count += 1;
  return count;
}
