import { Logger } from '@nestjs/common';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';

const LINE_EVERY_MS = 60_000;

type Done = Parameters<SpanExporter['export']>[1];

/** Says in the log, at most once a minute, that spans do not arrive. The SDK itself is silent. */
export class ReportingExporter implements SpanExporter {
  private readonly logger = new Logger('Tracing');
  private lastLine = -Infinity;

  constructor(private readonly inner: SpanExporter) {}

  export(spans: ReadableSpan[], done: Done): void {
    this.inner.export(spans, (result) => {
      if (result.error !== undefined) this.report(spans.length, result.error);
      done(result);
    });
  }

  async shutdown(): Promise<void> {
    await this.inner.shutdown();
  }

  async forceFlush(): Promise<void> {
    await this.inner.forceFlush?.();
  }

  private report(spans: number, { message }: Error): void {
    const now = performance.now();
    if (now - this.lastLine < LINE_EVERY_MS) return;
    this.lastLine = now;
    this.logger.warn(`The collector did not take ${spans} spans (${message}); they are lost, requests are not.`);
  }
}
