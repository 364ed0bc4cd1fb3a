import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { PredictionObserver } from '../../core/ports/prediction-observer.js';
import { REQUEST_TRACER } from '../../core/ports/request-tracer.js';
import type { FailedRequestEvent, PredictionEvent, TensorPredictionEvent } from '../../core/prediction.js';
import { currentTrace } from '../../core/request-scope.js';
import type { Spans } from './spans.js';

/** Makes the span of each prediction, where tracing is on. */
@Injectable()
export class TraceObserver implements PredictionObserver, OnApplicationShutdown {
  constructor(@Inject(REQUEST_TRACER) private readonly spans: Spans | null) {}

  observe({ requestId, backend, prediction }: PredictionEvent): void {
    if (this.spans === null) return;
    const { model, version, winners, batchRows, timing } = prediction;
    const trace = currentTrace();
    if (trace === undefined) return;
    this.spans.predicted(trace, { requestId, model, version, backend, rows: winners.length, batchRows, timing });
  }

  observeTensors({ requestId, backend, prediction }: TensorPredictionEvent): void {
    if (this.spans === null) return;
    const { model, version, batchRows, timing } = prediction;
    const trace = currentTrace();
    if (trace === undefined) return;
    this.spans.predicted(trace, { requestId, model, version, backend, rows: batchRows, batchRows, timing });
  }

  observeFailure(event: FailedRequestEvent): void {
    const trace = this.spans === null ? undefined : currentTrace();
    if (trace !== undefined) this.spans?.failed(trace, event);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.spans?.close();
  }
}
