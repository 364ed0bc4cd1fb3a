import '@tensorflow/tfjs-backend-cpu';
import { type StartOptions, startTfjs } from './tfjs-backend.js';

/** Plain JavaScript kernels: the slowest, and the reference that the others are compared with. */
export const startCpu = (options?: StartOptions) => startTfjs('cpu', 'cpu', options);
