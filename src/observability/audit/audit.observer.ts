import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { GROUP_QUESTIONS, type GroupQuestions } from '../../core/ports/group-questions.js';
import { APP_CONFIG, type AppConfig } from '../../core/app-config.js';
import { TensornestError } from '../../core/errors.js';
import { AUDIT_LOST, AUDIT_SINK, type LineSink, LOSS_REASONS, type Losses } from '../../core/ports/line-sink.js';
import { METRICS, type Metrics } from '../../core/ports/metrics.js';
import type { PredictionObserver } from '../../core/ports/prediction-observer.js';
import type { PredictionEvent, TensorPredictionEvent } from '../../core/prediction.js';
import { isPublic, redact } from '../../core/redaction.js';
import type { ClassLabel, Row } from '../../core/signature.js';
import { clientMember } from '../client-member.js';
import { traceMember } from '../trace-member.js';
import { LineBuffer, type LinePart } from '../line-buffer.js';
import { tensorAuditLine } from './tensor-audit.js';

/** One JSON line per prediction, "for audit purposes": what was asked, what was answered, by which exact model. */
@Injectable()
export class AuditObserver implements PredictionObserver, OnApplicationShutdown {
  private readonly writer: LineBuffer | undefined;
  private readonly blocks: boolean;
  private events = 0;

  constructor(
    @Inject(APP_CONFIG) { auditFailure }: AppConfig,
    @Inject(AUDIT_SINK) private readonly sink: LineSink | null,
    @Inject(METRICS) metrics: Metrics,
    @Inject(GROUP_QUESTIONS) questions: GroupQuestions,
  ) {
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
            value: answers.reduce((sum, lost) => sum + lost[reason], 0),
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
    this.writer.write(...auditLine(event));
  }

  observeTensors(event: TensorPredictionEvent): void {
    if (this.writer === undefined) return;
    this.events += 1;
    this.writer.write(tensorAuditLine(event));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.writer?.flush();
  }
}

/** The line of one prediction, with its line feed. The inputs, which are most of it, stay the bytes that they are. */
export function auditLine(event: PredictionEvent): readonly LinePart[] {
  const { requestId, time, digest, prediction } = event;
  const { model, version, classes, winners, timing } = prediction;
  const labels = labelsOf(classes);
  let predictions = '';
  for (const winner of winners) predictions += predictions === '' ? labels[winner]! : `,${labels[winner]!}`;
  const about = `"audit":"prediction","id":"${requestId}",${traceMember()}${clientMember()}"time":"${isoTime(time)}"`;
  const by = `"model":"${model}","version":"${version}","digest":"${digest}"`;
  const durationMs = Math.round(timing.total * 1_000) / 1_000;
  const result = `"predictions":[${predictions}],"durationMs":${durationMs}`;
  return [`{${about},${by},"inputs":`, inputsOf(event), `,${result}}\n`];
}

const labelsByClasses = new WeakMap<readonly ClassLabel[], readonly string[]>();

/** The labels as JSON strings. */
function labelsOf(classes: readonly ClassLabel[]): readonly string[] {
  let labels = labelsByClasses.get(classes);
  if (labels === undefined) {
    labels = classes.map(({ label }) => JSON.stringify(label));
    labelsByClasses.set(classes, labels);
  }
  return labels;
}

const lastTime = { milliseconds: NaN, text: '' };

/** Many lines are of the same millisecond. */
function isoTime(time: Date): string {
  const milliseconds = time.getTime();
  if (milliseconds !== lastTime.milliseconds) {
    lastTime.milliseconds = milliseconds;
    lastTime.text = time.toISOString();
  }
  return lastTime.text;
}

/** The inputs as the client wrote them, or written anew where something must be covered. */
function inputsOf({ signature, inputs }: PredictionEvent): LinePart {
  // The encoder has accepted them, so they are rows.
  return isPublic(signature) ? inputs.json() : JSON.stringify(redact(signature, inputs.rows() as readonly Row[]));
}
