import type { BackendName, InferenceBackend } from '../../core/ports/inference-backend.js';
import type { StartOptions } from './tfjs-backend.js';

/** Starts a backend in this realm; rejects with `backend-unavailable` when it is not installed. */
export type StartBackend = (options?: StartOptions) => Promise<InferenceBackend>;

/** The table of backends: adding one is adding a file and an entry. Each is loaded only when it is chosen. */
export const BACKENDS: Readonly<Record<BackendName, StartBackend>> = {
  wasm: async (options) => (await import('./wasm.backend.js')).startWasm(options),
  cpu: async (options) => (await import('./cpu.backend.js')).startCpu(options),
  tensorflow: async (options) => (await import('./tensorflow.backend.js')).startTensorflow(undefined, options),
};

/** What `BACKEND=auto` tries, in this order. */
export const AUTO_ORDER: readonly BackendName[] = ['tensorflow', 'wasm'];
