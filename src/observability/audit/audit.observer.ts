import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { GROUP_QUESTIONS, type GroupQuestions } from '../../core/ports/group-questions.js';
import { APP_CONFIG, type AppConfig } from '../../core/app-config.js';
import { TensornestError } from '../../core/errors.js';
import { AUDIT_LOST, AUDIT_SINK, type LineSink, LOSS_REASONS, type Losses } from '../../core/ports/line-sink.js';
import { METRICS, type Metrics } from '../../core/ports/metrics.js';
import type { PredictionObserver } from '../../core/ports/prediction-observer.js';
import type { PredictionEvent, TensorPredictionEvent } from '../../core/prediction.js';
import { LineBuffer } from '../line-buffer.js';
import type { AuditFormat } from './formats/audit-format.js';
import { AUDIT_FORMATS } from './formats/index.js';

/** The record of every prediction, "for audit purposes": what was asked, what was answered, by which exact model. */
@Injectable()
export class AuditObserver implements PredictionObserver, OnApplicationShutdown {
  private readonly writer: LineBuffer | undefined;
  private readonly format: AuditFormat;
  private readonly blocks: boolean;
  private events = 0;

  constructor(
    @Inject(APP_CONFIG) { auditEvents, auditFailure }: AppConfig,
    @Inject(AUDIT_SINK) private readonly sink: LineSink | null,
    @Inject(METRICS) metrics: Metrics,
    @Inject(GROUP_QUESTIONS) questions: GroupQuestions,
  ) {
    this.format = AUDIT_FORMATS[auditEvents.format](auditEvents);
    this.blocks = sink !== null && auditFailure.onError === 'block';
    if (sink !== null) this.writer = new LineBuffer(sink);
    if (sink?.lost !== undefined) questions.answer(AUDIT_LOST, () => sink.lost);
    metrics.add(
      {
        type: 'counter',
        name: 'tensornest_audit_events_total',
        help: 'Predictions that were handed to the audit log.',
        labels: [],
        read: () => [{ labels: [], value: this.events }],
      },
      {
        type: 'counter',
        name: 'tensornest_audit_dropped_total',
        help: 'Audit lines that were lost.',
        labels: ['reason'],
        // One process writes for the whole group, and may be another than this.
        across: 'group',
        read: async () => {
          const { answers } = await questions.ask<Losses>(AUDIT_LOST);
          return LOSS_REASONS.map((reason) => ({
            labels: [reason],
            value: answers.reduce((sum, lost) => sum + (lost[reason] ?? 0), 0),
          }));
        },
      },
    );
  }

  assertReady(): void {
    if (!this.blocks || this.sink?.fault === undefined) return;
    throw new TensornestError(
      'audit-unavailable',
      'The audit log cannot be written, and nothing is predicted without it.',
      {
        retryAfterSeconds: 1,
      },
    );
  }

  observe(event: PredictionEvent): void {
    if (this.writer === undefined) return;
    this.events += 1;
    this.writer.write(...this.format.rows(event));
  }

  observeTensors(event: TensorPredictionEvent): void {
    if (this.writer === undefined) return;
    this.events += 1;
    this.writer.write(this.format.tensors(event));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.writer?.flush();
  }
}
