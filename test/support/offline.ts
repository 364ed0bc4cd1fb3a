import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Row } from '../../src/core/signature.js';
import { CAR_VALUES } from './car-rows.js';

const PACKAGE = join(import.meta.dirname, '../../models/car-evaluation/2.0.0');

interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
}

interface Dense {
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
}

export interface OfflinePrediction {
  readonly winner: number;
  readonly probabilities: readonly number[];
}

/**
 * The shipped network worked out by hand in double precision, from the bytes of its package: an answer that owes nothing
 * to TensorFlow.js, to the service's encoder or to its codec.
 */
export function predictOffline(rows: readonly Row[]): OfflinePrediction[] {
  const layers = readLayers();
  return rows.map((row) => {
    const logits = layers.reduce((values, layer, index) => {
      const sums = forward(layer, values);
      return index < layers.length - 1 ? sums.map((sum) => Math.max(sum, 0)) : sums;
    }, encode(row));
    const top = Math.max(...logits);
    const powers = logits.map((logit) => Math.exp(logit - top));
    const total = powers.reduce((sum, power) => sum + power, 0);
    return { winner: logits.indexOf(top), probabilities: powers.map((power) => power / total) };
  });
}

function encode(row: Row): number[] {
  return Object.entries(CAR_VALUES).flatMap(([name, values]) => values.map((value) => Number(row[name] === value)));
}

function forward({ kernel, bias }: Dense, values: readonly number[]): number[] {
  return Array.from(bias, (start, column) =>
    values.reduce((sum, value, row) => sum + value * kernel[row * bias.length + column]!, start),
  );
}

function readLayers(): Dense[] {
  const model = JSON.parse(readFileSync(join(PACKAGE, 'model.json'), 'utf8'));
  const bytes = readFileSync(join(PACKAGE, 'weights.bin'));
  const specs: WeightSpec[] = model.weightsManifest[0].weights;
  let at = 0;
  const tensors = specs.map(({ shape }) => {
    const size = shape.reduce((product, length) => product * length, 1);
    const values = new Float32Array(size);
    for (let index = 0; index < size; index += 1) values[index] = bytes.readFloatLE(at + 4 * index);
    at += 4 * size;
    return values;
  });
  return tensors.flatMap((kernel, index) => (index % 2 === 0 ? [{ kernel, bias: tensors[index + 1]! }] : []));
}
