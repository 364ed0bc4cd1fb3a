import { type DynamicModule, Global, Module, type Type } from '@nestjs/common';
import { AUDIT_SINK, LOG_SINK, type LineSink } from '../core/ports/line-sink.js';
import { METRICS } from '../core/ports/metrics.js';
import { REQUEST_TRACER } from '../core/ports/request-tracer.js';
import { SHEDS } from '../core/ports/sheds.js';
import { PREDICTION_OBSERVERS, type PredictionObserver } from '../core/ports/prediction-observer.js';
import { AccessLog } from './access-log.js';
import { AuditObserver } from './audit/audit.observer.js';
import { HttpMetrics } from './metrics/http.metrics.js';
import { MetricBook } from './metrics/metric-book.js';
import { MetricsController } from './metrics/metrics.controller.js';
import { PredictionMetrics } from './metrics/prediction.metrics.js';
import type { Spans } from './tracing/spans.js';
import { TraceObserver } from './tracing/trace.observer.js';
import { ShedCounter } from './shed-counter.js';

/** The table of observers: adding one is adding a class and an entry. */
const OBSERVERS = [PredictionMetrics, TraceObserver, AuditObserver];

/** Where this process's lines go. */
export interface Sinks {
  readonly log: LineSink;
  /** Null when the audit log is off. */
  readonly audit: LineSink | null;
  /** Null where tracing is off. */
  readonly spans: Spans | null;
}

/** Gives the prediction service everyone who wants to know of predictions, by token. */
@Global()
@Module({})
export class ObservabilityModule {
  /** @param others observers of other rooms, which provide them to everyone. */
  static forRoot({ log, audit, spans }: Sinks, others: readonly Type<PredictionObserver>[] = []): DynamicModule {
    return {
      module: ObservabilityModule,
      controllers: [MetricsController],
      providers: [
        { provide: LOG_SINK, useValue: log },
        { provide: AUDIT_SINK, useValue: audit },
        { provide: REQUEST_TRACER, useValue: spans },
        { provide: METRICS, useExisting: MetricBook },
        MetricBook,
        HttpMetrics,
        ShedCounter,
        { provide: SHEDS, useExisting: ShedCounter },
        AccessLog,
        ...OBSERVERS,
        {
          provide: PREDICTION_OBSERVERS,
          useFactory: (...observers: PredictionObserver[]) => observers,
          inject: [...OBSERVERS, ...others],
        },
      ],
      exports: [AUDIT_SINK, METRICS, REQUEST_TRACER, SHEDS, PREDICTION_OBSERVERS, AccessLog, HttpMetrics],
    };
  }
}
