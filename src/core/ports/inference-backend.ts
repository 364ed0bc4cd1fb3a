import type { RowBatch } from '../row-batch.js';
import type { TensorFunction } from '../signature.js';
import type { Tensor } from '../tensor.js';

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
  /** Executions that may be under way at the same time: 1 in the realm itself, the number of workers otherwise. */
  readonly parallelism: number;
  /** Where the executions happen. */
  readonly placement: Placement;
  /**
   * Answers a whole batch in one execution: shape [rows, outputWidth], row-major. The answer is the caller's to keep;
   * `batch.data` is handed over and may be gone afterwards.
   */
  run(batch: RowBatch): Promise<Float32Array>;
  /** Frees every tensor. Not called while a run is under way. */
  close(): void;
}

/** A model that takes and gives named tensors, and whose tensors live in a backend. */
export interface OpenTensorModel {
  readonly parallelism: number;
  readonly placement: Placement;
  /**
   * Runs `called` and answers the outputs of these names, in this order. `inputs` holds each input of the function once.
   * The answer is the caller's to keep; the inputs' data is handed over. Rejects when the model does not take such shapes.
   */
  run(called: TensorFunction, inputs: readonly Tensor[], outputs: readonly string[]): Promise<Tensor[]>;
  /** Frees every tensor. Not called while a run is under way. */
  close(): void;
}

/** In the realm that serves HTTP, or in worker threads beside it. */
export type Placement = 'inline' | 'worker';

/** The tensors that are alive in one realm. */
export interface TensorMemory {
  /** `main`, or the number of the worker thread, from 1 on. */
  readonly worker: string;
  readonly tensors: number;
  readonly bytes: number;
}

/** What runs the tensors. There is one per JavaScript realm: TensorFlow.js keeps its active backend in a global. */
export interface InferenceBackend {
  readonly name: BackendName;
  /** Rejects when the artifacts are no model that this backend can run; leaves no tensor behind when it does. */
  open(artifacts: ModelArtifacts, placement: Placement): Promise<OpenModel>;
  /** The same for a model that takes and gives named tensors. */
  openTensors(artifacts: ModelArtifacts, placement: Placement): Promise<OpenTensorModel>;
  /** What the model itself says that it takes and gives; it is opened for that, and closed again. */
  inspect(artifacts: ModelArtifacts): Promise<TensorFunction>;
  /** Tensors alive in this realm; those of the workers are theirs. */
  tensorCount(): number;
  /** The tensors of this realm and of each worker thread. What a busy thread did not tell in time is left out. */
  tensorMemory(): Promise<readonly TensorMemory[]>;
  /** Ends the worker threads. Nothing may be open any more. */
  close(): Promise<void>;
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
