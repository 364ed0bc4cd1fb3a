import type { RowBatch } from '../row-batch.js';

export const BACKEND_NAMES = ['wasm', 'cpu', 'tensorflow'] as const;
export type BackendName = (typeof BACKEND_NAMES)[number];

/** A model as a package holds it: parsed and digest-checked, not yet understood. */
export interface ModelArtifacts {
  readonly format: 'layers-model' | 'graph-model';
  /** The parsed `model.json`. */
  readonly modelJson: Readonly<Record<string, unknown>>;
  /** The weight files, in the order of the weights manifest, joined. */
  readonly weights: ArrayBuffer;
}

/** A model whose tensors live in a backend. */
export interface OpenModel {
  /** Columns of a row, as the model declares them; null when it leaves them open. */
  readonly inputWidth: number | null;
  /** Numbers per row that the model answers; null when it leaves them open. */
  readonly outputWidth: number | null;
  /** Answers a whole batch in one execution: shape [rows, outputWidth], row-major. */
  run(batch: RowBatch): Promise<Float32Array>;
  /** Frees every tensor. Not called while a run is under way. */
  close(): void;
}

/** What runs the tensors. There is one per JavaScript realm: TensorFlow.js keeps its active backend in a global. */
export interface InferenceBackend {
  readonly name: BackendName;
  /** Rejects when the artifacts are no model that this backend can run; leaves no tensor behind when it does. */
  open(artifacts: ModelArtifacts): Promise<OpenModel>;
  /** Tensors alive in this realm. */
  tensorCount(): number;
}

/** Tries the given backend on the models at hand; resolves to why it will not do, or undefined when it will. */
export type BackendTrial = (backend: InferenceBackend) => Promise<string | undefined>;

/** Where the process's backend comes from. */
export interface BackendSource {
  /**
   * Starts the configured backend. With a choice of several, takes the first that is installed and passes `trial`; the
   * last one is taken without a trial. The choice is made once per process.
   */
  select(trial: BackendTrial): Promise<InferenceBackend>;
}

export const BACKEND_SOURCE = Symbol('BACKEND_SOURCE');
