import { Global, Module } from '@nestjs/common';
import { PREDICTION_OBSERVERS, type PredictionObserver } from '../core/ports/prediction-observer.js';
import { AuditObserver } from './audit.observer.js';

/** The table of observers: adding one is adding a class and an entry. */
const OBSERVERS = [AuditObserver];

/** Gives the prediction service everyone who wants to know of predictions, by token. */
@Global()
@Module({
  providers: [
    ...OBSERVERS,
    {
      provide: PREDICTION_OBSERVERS,
      useFactory: (...observers: PredictionObserver[]) => observers,
      inject: OBSERVERS,
    },
  ],
  exports: [PREDICTION_OBSERVERS],
})
export class ObservabilityModule {}
