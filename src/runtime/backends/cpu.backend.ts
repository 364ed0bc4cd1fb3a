import '@tensorflow/tfjs-backend-cpu';
import { startTfjs } from './tfjs-backend.js';

/** Plain JavaScript kernels: the slowest, and the reference that the others are compared with. */
export const startCpu = () => startTfjs('cpu', 'cpu');
