import type { WeightSpec } from '../../model/package/model-json.js';
import { TrainingError } from '../training-error.js';
import type { Json, KerasLayer, KerasModel } from './keras-topology.js';

/** A weight, and the bytes of it as the weight files have them. */
export interface WeightBytes {
  readonly spec: WeightSpec;
  readonly bytes: Uint8Array;
}

interface Layers {
  readonly layers: readonly KerasLayer[];
  readonly weights: readonly WeightBytes[];
}

/** Keras divides by the deviation, but by 1e-7 where that is less; this is the square of it. */
const LEAST_VARIANCE = 1e-14;
/** What Keras calls the two, and what a batch normalisation does. */
const PARTS = [
  ['mean', 'moving_mean'],
  ['variance', 'moving_variance'],
] as const;
/** The weights of the layer; with the rows that it has seen, `adapt` goes on. */
const KEPT = ['mean', 'variance', 'count'];

/**
 * The model with a batch normalisation in the place of each `Normalization`, which TensorFlow.js does not have:
 * (x - mean) / sqrt(variance) is what both of them compute, and neither learns any more. Mean and variance are weights where
 * they were adapted, and in the configuration where they were given:
 * https://github.com/keras-team/keras/blob/master/keras/src/layers/preprocessing/normalization.py
 *
 * @param weights by their names from the layer on.
 */
export function withoutNormalization(
  model: KerasModel,
  weights: readonly WeightBytes[],
): { readonly model: KerasModel; readonly weights: readonly WeightBytes[] } {
  const { layers, weights: kept } = replaceIn(model.config.layers, weights);
  return { model: { ...model, config: { ...model.config, layers } }, weights: kept };
}

function replaceIn(layers: readonly KerasLayer[], given: readonly WeightBytes[]): Layers {
  let weights = given;
  const replaced = layers.map((layer, place): KerasLayer => {
    if (Array.isArray(layer.config.layers)) {
      const inner = replaceIn(layer.config.layers as KerasLayer[], weights);
      weights = inner.weights;
      return { ...layer, config: { ...layer.config, layers: inner.layers } };
    }
    if (layer.class_name !== 'Normalization') return layer;
    const own = statisticsOf(layer, weights, widthBefore(layers, place));
    weights = [...weights.filter(({ spec }) => !KEPT.some((part) => isOf(spec, layer.name, part))), ...own];
    return batchNormalization(layer, own[0]!.spec.shape[0]!, place === 0);
  });
  return { layers: replaced, weights };
}

function batchNormalization({ name, config, ...rest }: KerasLayer, width: number, first: boolean): KerasLayer {
  const { batch_input_shape: shape, dtype, axis } = config;
  return {
    ...rest,
    class_name: 'BatchNormalization',
    name,
    config: {
      name,
      dtype,
      axis: typeof axis === 'number' ? axis : -1,
      epsilon: LEAST_VARIANCE,
      center: false,
      scale: false,
      // Keras lets the first layer of a sequential model learn from its data how wide they are.
      ...(shape === undefined && !first ? {} : { batch_input_shape: shape ?? [null, width] }),
    },
  };
}

/** Mean and variance, each of as many numbers as the layer takes. */
function statisticsOf(layer: KerasLayer, weights: readonly WeightBytes[], width: number | undefined): WeightBytes[] {
  const { name, config } = layer;
  if (config.invert === true) throw refused(layer, 'turns normalised values back; leave it out');
  if (Array.isArray(config.axis) && config.axis.length > 1)
    throw refused(layer, 'normalises along several axes at once');
  return PARTS.map(([part, called]) => {
    const found = weights.find(({ spec }) => isOf(spec, name, part));
    const { spec, bytes } = found ?? written(config[part], part, layer);
    const count = spec.shape.reduce((product, length) => product * length, 1);
    const wide = width ?? (spec.shape.length === 0 ? undefined : count);
    if (wide === undefined || (count !== 1 && count !== wide)) {
      throw refused(layer, `has ${count} for its ${part}, and how many numbers it takes is not said before it`);
    }
    // One for all of them.
    const whole = count === wide ? bytes : new Uint8Array(Buffer.concat(Array<Uint8Array>(wide).fill(bytes)));
    return { spec: { ...spec, name: `${name}/${called}`, shape: [wide] }, bytes: whole };
  });
}

/** What was given when the layer was made stands in its configuration: a number, or a list of them. */
function written(value: unknown, part: string, layer: KerasLayer): WeightBytes {
  const numbers: unknown[] = [value].flat(Infinity);
  if (!numbers.every((one) => typeof one === 'number' && Number.isFinite(one))) {
    throw refused(layer, `has no ${part}: adapt() it to the training rows, and export the model again`);
  }
  const shape = Array.isArray(value) ? [numbers.length] : [];
  return {
    spec: { name: `${layer.name}/${part}`, shape, dtype: 'float32' },
    bytes: new Uint8Array(Float32Array.from(numbers as number[]).buffer),
  };
}

/** Numbers that come to the layer, where an input stands before it. */
function widthBefore(layers: readonly KerasLayer[], place: number): number | undefined {
  const { config, inbound_nodes: calls } = layers[place]!;
  const from = calls?.[0]?.[0]?.[0];
  const before = from === undefined ? layers[place - 1] : layers.find(({ name }) => name === from);
  return lengthOf(config) ?? (before === undefined ? undefined : lengthOf(before.config));
}

function lengthOf({ batch_input_shape: shape }: Json): number | undefined {
  const last: unknown = Array.isArray(shape) ? shape.at(-1) : undefined;
  return typeof last === 'number' ? last : undefined;
}

function isOf({ name }: WeightSpec, layer: string, part: string): boolean {
  return `/${name}`.endsWith(`/${layer}/${part}`);
}

function refused({ name }: KerasLayer, why: string): TrainingError {
  return new TrainingError(`The Normalization layer "${name}" ${why}.`);
}
