import { fstatSync, ftruncate, mkdirSync, openSync, write } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { BufferPool } from '../../core/buffer-pool.js';
import { reasonOf } from '../../core/errors.js';
import type { LineSink, Losses } from '../../core/ports/line-sink.js';
import { chain, countLines, type Link, roomFor } from './chain.js';
import { resume } from './tail.js';

const writeSome = promisify(write);
const cutTo = promisify(ftruncate);

/** How often a disk that was full is tried again, in milliseconds. */
const RETRY_MS = 500;
const LINE_FEED = Buffer.from('\n');
/** How long the end of the process waits for a disk that is full, in milliseconds. */
const FLUSH_MS = 2_000;

export interface AuditFileOptions {
  /** `drop` loses lines that cannot be written and counts them; `block` keeps them, and says that it wants no more. */
  readonly onError: 'drop' | 'block';
  /** Bytes that may wait to be written: what comes beyond is dropped, or has `fault` say so where nothing may be lost. */
  readonly bufferBytes: number;
  /** The line that stands behind a gap where no other one can, with its line feed. */
  readonly gapLine: () => string;
  /** Told when writing begins to fail, and when it goes on. */
  readonly changed?: (fault: string | undefined) => void;
}

interface Waiting {
  readonly lines: Uint8Array;
  readonly release: (() => void) | undefined;
  /** It tells of a gap and of no prediction, so nothing is lost with it. */
  readonly marks?: true;
}

/**
 * The audit log in a file: lines are added in their order, chained to one another, without anybody waiting. One process writes
 * it. What cannot be written never costs a prediction its answer; where `block` is asked for, `fault` says that no more
 * predictions are to be made until it can.
 */
export class AuditFile implements LineSink {
  private readonly file: number;
  private readonly isRegular: boolean;
  private readonly pool = new BufferPool();
  private readonly waiting: Waiting[] = [];
  private waitingBytes = 0;
  private writing: Promise<void> | undefined;
  private trouble: string | undefined;
  private link: Link;
  private writeFailed = 0;
  private bufferFull = 0;
  /** Lines lost since the last one that was written. */
  private gap = 0;
  /** A write broke off in the middle of a line and could not be taken back. */
  private fragment = false;
  private closing = false;
  private tryAgain: NodeJS.Timeout | undefined;

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
    const full = this.waitingBytes + lines.length > this.options.bufferBytes;
    if (full) this.failing('lines come faster than they can be written');
    if (full && this.options.onError === 'drop') {
      this.bufferFull += this.lose(lines);
      release?.();
    } else {
      this.add({ lines, release });
    }
  }

  /** Resolves when everything written so far is there or counted as lost. Does not wait for a full disk for long. */
  async flush(): Promise<void> {
    this.closing = true;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, FLUSH_MS)));
    await Promise.race([this.writing, late]);
    clearTimeout(timer);
    this.closing = false;
    if (this.options.onError === 'block' && this.writeFailed + this.waiting.length > 0) {
      throw new Error(this.trouble ?? 'audit lines were lost');
    }
  }

  private add(waiting: Waiting): void {
    this.waiting.push(waiting);
    this.waitingBytes += waiting.lines.length;
    this.writing ??= this.drain();
  }

  private async drain(): Promise<void> {
    for (let next = this.waiting[0]; next !== undefined; next = this.waiting[0]) {
      try {
        await this.appendChained(next.lines);
        this.recovered();
      } catch (error) {
        this.failing(reasonOf(error));
        if (this.options.onError === 'block' && !this.closing) {
          await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
          continue;
        }
        if (next.marks === undefined) this.writeFailed += this.lose(next.lines);
      }
      this.waiting.shift();
      this.waitingBytes -= next.lines.length;
      next.release?.();
    }
    this.writing = undefined;
  }

  private async appendChained(lines: Uint8Array): Promise<void> {
    const room = this.pool.take(roomFor(lines));
    try {
      const { bytes, link } = chain(lines, this.link, this.gap, room);
      await this.append(bytes);
      this.link = link;
      this.gap = 0;
    } finally {
      this.pool.give(room);
    }
  }

  /** All of it or nothing: a line that was begun and does not fit is taken away again, or else ended where it broke off. */
  private async append(bytes: Buffer): Promise<void> {
    if (this.fragment) {
      await writeSome(this.file, LINE_FEED);
      this.fragment = false;
    }
    let at = 0;
    try {
      while (at < bytes.length) at += (await writeSome(this.file, bytes, at, bytes.length - at)).bytesWritten;
    } catch (error) {
      if (at > 0) this.fragment = !(await this.takeBack(at));
      throw error;
    }
  }

  private async takeBack(bytes: number): Promise<boolean> {
    if (!this.isRegular) return false;
    return cutTo(this.file, fstatSync(this.file).size - bytes).then(
      () => true,
      () => false,
    );
  }

  private lose(lines: Uint8Array): number {
    const count = countLines(lines);
    this.gap += count;
    return count;
  }

  private failing(reason: string): void {
    if (this.trouble === undefined) this.options.changed?.(reason);
    this.trouble = reason;
    if (this.options.onError === 'drop') this.tryAgain ??= setTimeout(this.markGap, RETRY_MS).unref();
  }

  private recovered(): void {
    if (this.trouble === undefined || this.waitingBytes > this.options.bufferBytes) return;
    this.trouble = undefined;
    this.options.changed?.(undefined);
  }

  /** Puts a line of its own behind what was lost, so that it is known without traffic whether there is room again. */
  private readonly markGap = (): void => {
    this.tryAgain = undefined;
    if (this.trouble === undefined || this.gap === 0) return;
    if (this.waiting.length > 0) {
      this.tryAgain = setTimeout(this.markGap, RETRY_MS).unref();
      return;
    }
    this.add({ lines: Buffer.from(this.options.gapLine()), release: undefined, marks: true });
  };
}
