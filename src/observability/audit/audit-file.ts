import { fstatSync, ftruncate, mkdirSync, openSync, write } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { reasonOf } from '../../core/errors.js';
import type { LineSink, Losses } from '../../core/ports/line-sink.js';
import { chain, countLines, type Link } from './chain.js';
import { resume } from './tail.js';

const writeSome = promisify(write);
const cutTo = promisify(ftruncate);

/** How often a disk that was full is tried again, in milliseconds. */
const RETRY_MS = 500;
/** How long the end of the process waits for a disk that is full, in milliseconds. */
const FLUSH_MS = 2_000;

export interface AuditFileOptions {
  /** `drop` loses lines that cannot be written and counts them; `block` keeps them, and says that it cannot take more. */
  readonly onError: 'drop' | 'block';
  /** Most bytes that wait to be written. */
  readonly bufferBytes: number;
  /** Told when writing begins to fail, and when it goes on. */
  readonly changed?: (fault: string | undefined) => void;
}

interface Waiting {
  readonly lines: Uint8Array;
  readonly release: (() => void) | undefined;
}

/**
 * The audit log in a file: lines are added in their order, chained to one another, without anybody waiting. One process writes
 * it. What cannot be written never costs a prediction its answer; where `block` is asked for, `fault` says that no more
 * predictions are to be made until it can.
 */
export class AuditFile implements LineSink {
  private readonly file: number;
  private readonly isRegular: boolean;
  private readonly waiting: Waiting[] = [];
  private waitingBytes = 0;
  private writing: Promise<void> | undefined;
  private trouble: string | undefined;
  private link: Link;
  private writeFailed = 0;
  private bufferFull = 0;
  /** Lines lost since the last one that was written. */
  private gap = 0;
  private failure: unknown;
  private closing = false;

  /** Opens it at once and not behind the first line: a log that cannot be written stops the start. */
  constructor(
    path: string,
    private readonly options: AuditFileOptions,
  ) {
    mkdirSync(dirname(path), { recursive: true });
    this.link = resume(path);
    this.file = openSync(path, 'a');
    this.isRegular = fstatSync(this.file).isFile();
  }

  get lost(): Losses {
    return { 'write-failed': this.writeFailed, 'buffer-full': this.bufferFull };
  }

  get fault(): string | undefined {
    return this.trouble;
  }

  write(lines: Uint8Array, release?: () => void): void {
    if (this.waitingBytes + lines.length > this.options.bufferBytes) {
      const count = countLines(bufferOf(lines));
      this.bufferFull += count;
      this.gap += count;
      this.failing('lines come faster than they can be written');
      release?.();
      return;
    }
    this.waiting.push({ lines, release });
    this.waitingBytes += lines.length;
    this.writing ??= this.drain();
  }

  /** Rejects with the reason when lines were lost since the last flush. Does not wait for a full disk for long. */
  async flush(): Promise<void> {
    this.closing = true;
    const timer = setTimeout(() => (this.closing = false), FLUSH_MS);
    const late = new Promise<void>((resolve) => setTimeout(resolve, FLUSH_MS).unref());
    await Promise.race([this.writing, late]);
    clearTimeout(timer);
    this.closing = false;
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) throw failure as Error;
    if (this.trouble !== undefined && this.waiting.length > 0) throw new Error(this.trouble);
  }

  private async drain(): Promise<void> {
    for (let next = this.waiting[0]; next !== undefined; next = this.waiting[0]) {
      const { bytes, link } = chain(next.lines, this.link, this.gap);
      try {
        await this.append(bytes);
        this.link = link;
        this.gap = 0;
        this.recovered();
      } catch (error) {
        this.failing(reasonOf(error));
        if (this.options.onError === 'block' && !this.closing) {
          await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
          continue;
        }
        this.failure ??= error;
        const count = countLines(bufferOf(next.lines));
        this.writeFailed += count;
        this.gap += count;
      }
      this.waiting.shift();
      this.waitingBytes -= next.lines.length;
      next.release?.();
    }
    this.writing = undefined;
  }

  /** All of it or nothing: a line that was begun and does not fit is taken away again. */
  private async append(bytes: Buffer): Promise<void> {
    let at = 0;
    try {
      while (at < bytes.length) at += (await writeSome(this.file, bytes, at, bytes.length - at)).bytesWritten;
    } catch (error) {
      if (at > 0 && this.isRegular) await cutTo(this.file, fstatSync(this.file).size - at);
      throw error;
    }
  }

  private failing(reason: string): void {
    if (this.trouble === undefined) this.options.changed?.(reason);
    this.trouble = reason;
  }

  private recovered(): void {
    if (this.trouble === undefined) return;
    this.trouble = undefined;
    this.options.changed?.(undefined);
  }
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
