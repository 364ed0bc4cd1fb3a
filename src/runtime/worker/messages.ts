import type { ErrorCode } from '../../core/errors.js';
import type { BackendName, ModelArtifacts } from '../../core/ports/inference-backend.js';
import type { TensorFunction } from '../../core/signature.js';
import type { Tensor } from '../../core/tensor.js';

/** What a worker thread is started with. */
export interface WorkerStart {
  readonly backend: BackendName;
}

/** Opens a model under a number that it has in every worker. */
export interface Open extends Pick<ModelArtifacts, 'format' | 'modelJson'> {
  readonly type: 'open';
  readonly model: number;
  /** Shared, so that the weights exist once and not once more for every worker on its way to them. */
  readonly weights: SharedArrayBuffer;
  /** It takes and gives named tensors. */
  readonly tensors: boolean;
}

export interface Run {
  readonly type: 'run';
  readonly model: number;
  readonly data: Float32Array;
  readonly rows: number;
  readonly width: number;
}

export interface RunTensors {
  readonly type: 'runTensors';
  readonly model: number;
  readonly called: TensorFunction;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly string[];
}

export interface Close {
  readonly type: 'close';
  readonly model: number;
}

/** Asks for the tensors that are alive in the worker. */
export interface Count {
  readonly type: 'count';
}

export type Ask = Open | Run | RunTensors | Close | Count;

export interface Opened {
  readonly type: 'opened';
  readonly inputWidth: number | null;
  readonly outputWidth: number | null;
}

export interface Ran {
  readonly type: 'ran';
  readonly answers: Float32Array;
}

export interface RanTensors {
  readonly type: 'ranTensors';
  readonly outputs: readonly Tensor[];
}

export interface Closed {
  readonly type: 'closed';
}

export interface Counted {
  readonly type: 'counted';
  readonly tensors: number;
  readonly bytes: number;
}

/** An error as it crosses: its class would be lost. The code is null for an error that was not raised on purpose. */
export interface Failed {
  readonly type: 'failed';
  readonly code: ErrorCode | null;
  readonly message: string;
}

/** What answers what; `failed` may answer anything. */
export interface Answers {
  readonly open: Opened;
  readonly run: Ran;
  readonly runTensors: RanTensors;
  readonly close: Closed;
  readonly count: Counted;
}

export type Answer = Answers[keyof Answers] | Failed;

/** To the worker and back; the answer carries the number of its request. */
export type WorkerRequest = Ask & { readonly id: number };
export type WorkerReply = Answer & { readonly id: number };

/** The numbers in a buffer that holds nothing else: a buffer is handed over whole, and only an ordinary one can be. */
export function movable(data: Float32Array): Float32Array<ArrayBuffer> {
  return data.buffer instanceof ArrayBuffer && data.buffer.byteLength === data.byteLength
    ? (data as Float32Array<ArrayBuffer>)
    : data.slice();
}
