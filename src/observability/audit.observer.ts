import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { pino } from 'pino';
import { APP_CONFIG, type AppConfig } from '../core/app-config.js';
import type { PredictionObserver } from '../core/ports/prediction-observer.js';
import type { PredictionEvent } from '../core/prediction.js';
import type { Row, Signature } from '../core/signature.js';

/** Stands for the value of a feature that the signature marks as sensitive. */
export const REDACTED = '[redacted]';

type Destination = ReturnType<typeof pino.destination>;

/** One JSON line per prediction, "for audit purposes": what was asked, what was answered, by which exact model. */
@Injectable()
export class AuditObserver implements PredictionObserver, OnApplicationShutdown {
  private readonly destination: Destination | undefined;

  constructor(@Inject(APP_CONFIG) { audit }: AppConfig) {
    if (audit.kind === 'off') return;
    const dest = audit.kind === 'file' ? audit.path : process.stdout.fd;
    this.destination = pino.destination({ dest, sync: false, mkdir: true, append: true });
  }

  observe(event: PredictionEvent): void {
    this.destination?.write(JSON.stringify(toAuditLine(event)) + '\n');
  }

  onApplicationShutdown(): void {
    this.destination?.flushSync();
  }
}

export function toAuditLine({ requestId, time, digest, signature, rows, prediction }: PredictionEvent): object {
  const { model, version, classes, winners, timing } = prediction;
  return {
    audit: 'prediction',
    id: requestId,
    time: time.toISOString(),
    model,
    version,
    digest,
    inputs: redact(signature, rows),
    predictions: Array.from(winners, (winner) => classes[winner]?.label),
    durationMs: Math.round(timing.total * 1000) / 1000,
  };
}

function redact({ features }: Signature, rows: readonly Row[]): readonly Row[] {
  const sensitive = features.filter((feature) => feature.sensitive).map(({ name }) => name);
  if (sensitive.length === 0) return rows;
  const cover = Object.fromEntries(sensitive.map((name) => [name, REDACTED]));
  return rows.map((row) => ({ ...row, ...cover }));
}
