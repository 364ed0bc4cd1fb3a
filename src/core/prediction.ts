import type { ClassLabel, Row, Signature } from './signature.js';

/** Where the rows stand in the document that a door received, as JSON pointers. */
export interface RowLocator {
  /** The list of rows. */
  readonly rows: string;
  /** One row, or one value of it. */
  at(row: number, feature?: string): string;
}

export interface PredictionRequest {
  /** Model name; the service's default model when absent. */
  readonly model?: string | undefined;
  /** Exact version; the model's default version when absent. */
  readonly version?: string | undefined;
  /** At least one row, not yet checked against the signature. */
  readonly rows: readonly unknown[];
  readonly locator: RowLocator;
  readonly requestId: string;
}

/** Where the time of one prediction went, in milliseconds. */
export interface Timing {
  readonly encode: number;
  readonly infer: number;
  readonly total: number;
}

export interface Prediction {
  readonly model: string;
  readonly version: string;
  readonly classes: readonly ClassLabel[];
  /** Class index of each row: shape [rows]. */
  readonly winners: Int32Array;
  /** Shape [rows, classes], row-major; each row sums to 1. */
  readonly probabilities: Float32Array;
  readonly timing: Timing;
}

/** What an observer is told, once per successful prediction. */
export interface PredictionEvent {
  readonly requestId: string;
  readonly time: Date;
  /** `sha256:` digest of the package's manifest, which in turn holds the digest of every file. */
  readonly digest: string;
  readonly signature: Signature;
  readonly rows: readonly Row[];
  readonly prediction: Prediction;
}
