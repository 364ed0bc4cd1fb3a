import type { FailedRequestEvent, Timing } from '../../core/prediction.js';
import type { RequestTracer } from '../../core/ports/request-tracer.js';
import type { TraceContext } from '../../core/request-scope.js';

/** What the span of a prediction says. */
export interface TracedPrediction {
  readonly requestId: string;
  readonly model: string;
  readonly version: string;
  readonly backend: string | undefined;
  readonly rows: number;
  /** Rows of the execution that it shared. */
  readonly batchRows: number;
  readonly timing: Timing;
}

/** Also makes the spans of predictions, within those of their requests. */
export interface Spans extends RequestTracer {
  predicted(trace: TraceContext, prediction: TracedPrediction): void;
  failed(trace: TraceContext, failure: FailedRequestEvent): void;
  /** Sends what there is, for at most two seconds. */
  close(): Promise<void>;
}
