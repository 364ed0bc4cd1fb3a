import '@tensorflow/tfjs-backend-wasm';
import { startTfjs } from './tfjs-backend.js';

/** XNNPACK kernels compiled to WebAssembly with SIMD; no native code, no install step. */
export const startWasm = () => startTfjs('wasm', 'wasm');
