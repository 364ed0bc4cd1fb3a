import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditReceiver } from '../../core/app-config.js';
import type { LineSink, Losses } from '../../core/ports/line-sink.js';
import { countLines } from './chain.js';
import { batchBody, piecesOf } from './event-batch.js';
import { type Delivery, post } from './post-events.js';

/** How long events are gathered before they are sent, in milliseconds. */
const GATHER_MS = 500;
/** Most bytes of one batch, unless a single event is larger. */
const BATCH_BYTES = 262_144;
const [FIRST_PAUSE_MS, LONGEST_PAUSE_MS] = [250, 30_000];
/** How long the end of the process waits for a receiver that does not answer, and how soon it is tried again then. */
const FLUSH_MS = 3_000;
const LAST_PAUSE_MS = 200;

export interface HttpSinkOptions extends AuditReceiver {
  /** Bytes that may wait to be sent; what comes beyond is dropped. */
  readonly bufferBytes: number;
  /** Told when sending begins to fail, and when it goes on. */
  readonly changed?: (fault: string | undefined) => void;
  /** Told at the end how many events were not sent. */
  readonly unsent?: (events: number) => void;
}

/**
 * Sends each line, a CloudEvent, to a receiver over HTTP, in batches and in their order, at least once:
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
 * Nobody waits for it. What cannot be sent is kept as long as there is room, and tried again.
 */
export class HttpSink implements LineSink {
  /** Whole lines in their order, no piece larger than a batch but for a single line. */
  private readonly waiting: Buffer[] = [];
  private waitingBytes = 0;
  private sending: Promise<void> | undefined;
  private trouble: string | undefined;
  private full = 0;
  private refused = 0;
  private attempts = 0;
  private closing = false;
  private hurry = new AbortController();

  constructor(private readonly options: HttpSinkOptions) {}

  get lost(): Losses {
    return { 'sink-full': this.full, 'sink-refused': this.refused };
  }

  get sinkFault(): string | undefined {
    return this.trouble;
  }

  write(lines: Uint8Array, release?: () => void): void {
    if (this.waitingBytes + lines.length > this.options.bufferBytes) {
      this.full += countLines(lines);
      if (this.trouble === undefined) this.failing('events come faster than they can be sent');
    } else {
      // The bytes are another's as soon as they are released.
      const own = Buffer.from(lines);
      this.waiting.push(...piecesOf(own, BATCH_BYTES));
      this.waitingBytes += own.length;
      this.sending ??= this.send();
    }
    release?.();
  }

  /** Resolves when everything so far was sent, or could not be within three seconds. Never rejects: the sink promises nothing. */
  async flush(): Promise<void> {
    this.closing = true;
    this.hurry.abort();
    const late = new AbortController();
    await Promise.race([this.sending, sleep(FLUSH_MS, undefined, { signal: late.signal }).catch(() => undefined)]);
    late.abort();
    this.closing = false;
    this.hurry = new AbortController();
    const left = this.waiting.reduce((sum, piece) => sum + countLines(piece), 0);
    if (left > 0) this.options.unsent?.(left);
  }

  private async send(): Promise<void> {
    while (this.waiting.length > 0) {
      if (this.attempts === 0 && this.waitingBytes < BATCH_BYTES) await this.pause(GATHER_MS);
      const batch = this.nextBatch();
      const delivery = await post(batchBody(batch), this.options);
      if (delivery.kind === 'failed') await this.later(delivery);
      else this.done(batch, delivery);
    }
    this.sending = undefined;
  }

  /** The oldest pieces, as many as make one batch; they wait until it was taken. */
  private nextBatch(): readonly Buffer[] {
    let bytes = 0;
    const over = this.waiting.findIndex((piece) => (bytes += piece.length) > BATCH_BYTES);
    return this.waiting.slice(0, over === -1 ? undefined : Math.max(1, over));
  }

  private done(batch: readonly Buffer[], delivery: Delivery): void {
    this.waiting.splice(0, batch.length);
    for (const piece of batch) this.waitingBytes -= piece.length;
    this.attempts = 0;
    if (delivery.kind === 'taken') this.recovered();
    else {
      this.refused += batch.reduce((sum, piece) => sum + countLines(piece), 0);
      this.failing(delivery.reason);
    }
  }

  private async later({ reason, retryAfterMs }: Extract<Delivery, { kind: 'failed' }>): Promise<void> {
    this.failing(reason);
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.attempts);
    this.attempts += 1;
    // So that several services do not come back at once.
    await this.pause(retryAfterMs ?? longest * (0.5 + Math.random() / 2));
  }

  /** Cut short where the process is about to end. */
  private async pause(milliseconds: number): Promise<void> {
    const [wait, signal] = this.closing
      ? [Math.min(LAST_PAUSE_MS, milliseconds), undefined]
      : [milliseconds, this.hurry.signal];
    if (this.closing && this.attempts === 0) return;
    await sleep(wait, undefined, { ref: false, ...(signal === undefined ? {} : { signal }) }).catch(() => undefined);
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
