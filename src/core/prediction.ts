import type { TensornestError } from './errors.js';
import type { ClassLabel, Signature } from './signature.js';
import type { Tensor } from './tensor.js';

/** Where the rows stand in the document that a door received, as JSON pointers. */
export interface RowLocator {
  /** The list of rows. */
  readonly rows: string;
  /** One row, or one value of it. */
  at(row: number, feature?: string): string;
}

/** The rows of a request as its door received them. */
export interface InputRows {
  /** The rows, not yet checked. Throws a `TensornestError` when the document holds none. */
  rows(): readonly unknown[];
  /** The list of rows as JSON text on one line, in UTF-8. */
  json(): Uint8Array;
  /** The place of each row in the request, where some were left out. */
  readonly positions?: readonly number[] | undefined;
}

/** Where the time of one prediction went, in milliseconds. */
export interface Timing {
  readonly encode: number;
  /** Waiting for an execution. */
  readonly queue: number;
  readonly infer: number;
  readonly total: number;
}

export interface Prediction {
  /** Made by `newPredictionId`; its rows are `<id>/<place in the request>`. */
  readonly id: string;
  readonly model: string;
  readonly version: string;
  readonly classes: readonly ClassLabel[];
  /** Class index of each row: shape [rows]. */
  readonly winners: Int32Array;
  /** Shape [rows, classes], row-major; each row sums to 1. */
  readonly probabilities: Float32Array;
  /** Rows of the largest execution that the request rode in. */
  readonly batchRows: number;
  readonly timing: Timing;
}

/** What an observer is told, once per successful prediction. */
export interface PredictionEvent {
  readonly requestId: string;
  readonly time: Date;
  /** `sha256:` digest of the package's manifest, which in turn holds the digest of every file. */
  readonly digest: string;
  /** What ran the model, such as `wasm`. */
  readonly backend?: string;
  readonly signature: Signature;
  readonly inputs: InputRows;
  readonly prediction: Prediction;
}

/** What a tensor model answered. */
export interface TensorPrediction {
  readonly id: string;
  readonly model: string;
  readonly version: string;
  /** Name of the function that was called. */
  readonly function: string;
  readonly outputs: readonly Tensor[];
  /** Rows of the execution, which is the call's own. */
  readonly batchRows: number;
  readonly timing: Timing;
}

/** What an observer is told, once per successful call of a tensor model. */
export interface TensorPredictionEvent {
  readonly requestId: string;
  readonly time: Date;
  readonly digest: string;
  /** What ran the model, such as `wasm`. */
  readonly backend?: string;
  readonly inputs: readonly Tensor[];
  readonly prediction: TensorPrediction;
}

/** How a request for a prediction ends. Every one ends in exactly one of these ways. */
export const OUTCOMES = ['success', 'rejected', 'timeout', 'cancelled', 'invalid', 'error'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What an observer is told, once per request for a prediction that got none. */
export interface FailedRequestEvent {
  readonly requestId: string;
  readonly time: Date;
  /** Undefined where the request named a model that there is not, or never came so far as to name one. */
  readonly model: string | undefined;
  /** Undefined where no version was chosen for it. */
  readonly version: string | undefined;
  /** Of the tabular classifier that was asked; undefined for a model of tensors, and where there was none. */
  readonly signature: Signature | undefined;
  readonly outcome: Exclude<Outcome, 'success'>;
  readonly error: TensornestError;
  readonly durationMs: number;
}
