import '@tensorflow/tfjs-backend-wasm';
import { type StartOptions, startTfjs } from './tfjs-backend.js';

/** XNNPACK kernels compiled to WebAssembly with SIMD; no native code, no install step. */
export const startWasm = (options?: StartOptions) => startTfjs('wasm', 'wasm', options);
