import type { PredictionEvent } from '../prediction.js';

/** Told of every successful prediction exactly once, after its lease was returned. Must neither throw nor block. */
export interface PredictionObserver {
  observe(event: PredictionEvent): void;
}

export const PREDICTION_OBSERVERS = Symbol('PREDICTION_OBSERVERS');
