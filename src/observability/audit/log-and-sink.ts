import type { LineSink, Losses } from '../../core/ports/line-sink.js';

/** The audit log and whoever is sent a copy of it. What the log promises does not depend on the copy. */
export class LogAndSink implements LineSink {
  constructor(
    private readonly log: LineSink,
    private readonly sink: LineSink,
  ) {}

  get lost(): Losses {
    return { ...this.log.lost, ...this.sink.lost };
  }

  get fault(): string | undefined {
    return this.log.fault;
  }

  get sinkFault(): string | undefined {
    return this.sink.sinkFault;
  }

  write(lines: Uint8Array, release?: () => void): void {
    // It has taken a copy when it comes back.
    this.sink.write(lines);
    this.log.write(lines, release);
  }

  async flush(): Promise<void> {
    const [log] = await Promise.allSettled([this.log.flush(), this.sink.flush()]);
    if (log.status === 'rejected') throw log.reason;
  }
}
