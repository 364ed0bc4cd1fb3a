import { join, resolve } from 'node:path';

export const BENCH = import.meta.dirname;
export const ROOT = resolve(BENCH, '../..');
/** Ignored by git: results, logs, bodies and generated models. */
export const OUTPUT = join(ROOT, 'test/.output/bench');
export const MAIN = join(ROOT, 'dist/service/main.js');
export const CAR_PACKAGE = 'car-evaluation/2.0.0';
export const HEAVY_PACKAGE = 'heavy/1.0.0';
