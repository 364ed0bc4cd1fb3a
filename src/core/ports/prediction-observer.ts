import type { FailedRequestEvent, Prediction, PredictionEvent, TensorPredictionEvent } from '../prediction.js';
import type { RowBatch } from '../row-batch.js';

/**
 * Told of every request for a prediction exactly once, whichever door it came through: of what was answered after the lease
 * was returned, and on behalf of the request (`core/request-scope.ts`). Must neither throw nor block.
 */
export interface PredictionObserver {
  /** Throws where no prediction may be made because this observer could not do its part. The one method that may throw. */
  assertReady?(): void;
  /**
   * Encoded rows that a version is about to be asked about, on trial too: before the answer, which may not come. They are to be read
   * before the call comes back, for their memory is used again. `digest` is the one of the version's package.
   */
  observeRows?(digest: string, rows: RowBatch): void;
  observe(event: PredictionEvent): void;
  /** What a version answered for a comparison, whose rows `observeRows` was told of: no caller gets it. */
  observeTrial?(digest: string, prediction: Prediction): void;
  /** The same for a model that takes and gives tensors. */
  observeTensors?(event: TensorPredictionEvent): void;
  /** A request that got no prediction: refused, turned away, given up or failed. */
  observeFailure?(event: FailedRequestEvent): void;
}

export const PREDICTION_OBSERVERS = Symbol('PREDICTION_OBSERVERS');
