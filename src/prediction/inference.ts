import type { Prediction, TensorPrediction } from '../core/prediction.js';
import type { TabularSlot } from '../model/tabular-slot.js';
import type { TensorCall, TensorSlot } from '../model/tensor-slot.js';
import type { RowSource } from './row-source.js';

/** The tensors of a request, for whichever kind of model they turn out to be. Both ways throw `invalid-input`. */
export interface TensorSource {
  /** The rows that the tensors stand for. */
  rows(slot: TabularSlot): RowSource;
  /** The call that the tensors make, with the name of its function; of at most `maxRows` rows. */
  call(slot: TensorSlot, maxRows: number): { readonly name: string; readonly call: TensorCall };
}

/** What the model answered. */
export type Inference =
  | { readonly kind: 'tabular'; readonly prediction: Prediction }
  | {
      readonly kind: 'tensor';
      readonly prediction: TensorPrediction;
      /** Names of the classes, in the order of the scores, where the function has them. */
      readonly labels: readonly string[] | undefined;
    };
