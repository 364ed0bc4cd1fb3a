import type { PredictionEvent, TensorPredictionEvent } from '../prediction.js';

/** Told of every successful prediction exactly once, after its lease was returned. Must neither throw nor block. */
export interface PredictionObserver {
  observe(event: PredictionEvent): void;
  /** The same for a model that takes and gives tensors. */
  observeTensors?(event: TensorPredictionEvent): void;
}

export const PREDICTION_OBSERVERS = Symbol('PREDICTION_OBSERVERS');
