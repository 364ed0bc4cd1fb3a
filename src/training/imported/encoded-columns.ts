import type { Signature } from '../../core/signature.js';

/** One number that a model takes, as `scale * source + offset`. */
export interface SourceColumn {
  /** The feature that it comes from, by its place. */
  readonly feature: number;
  /**
   * What of the feature: the number itself, the place of its category (0, 1, 2 ...), or 1 where it is the category of
   * that place and else 0.
   */
  readonly source: 'number' | 'code' | number;
  readonly scale: number;
  readonly offset: number;
}

/** A dense layer in double precision: activation(x * kernel + bias). */
export interface DenseLayer {
  /** Shape [inputs, units]. */
  readonly kernel: readonly (readonly number[])[];
  readonly bias: readonly number[];
  readonly activation: 'linear' | 'relu' | 'tanh' | 'sigmoid' | 'softplus' | 'softmax';
}

/**
 * The layer that gives the same answer to the signature's encoded row as `layer` gives to `columns`: what the encoder
 * does to a value otherwise than the columns do becomes part of the weights.
 *
 * @param columns what `layer` takes, in order; `feature` is the place among `signature.features`.
 */
export function foldColumns(
  layer: DenseLayer,
  columns: readonly SourceColumn[],
  { features }: Pick<Signature, 'features'>,
): DenseLayer {
  const offsets: number[] = [];
  let width = 0;
  for (const feature of features) {
    offsets.push(width);
    width += feature.kind === 'categorical' && feature.encoding === 'one-hot' ? feature.values.length : 1;
  }
  const units = layer.bias.length;
  const kernel = Array.from({ length: width }, () => Array.from({ length: units }, () => 0));
  const bias = [...layer.bias];
  columns.forEach(({ feature: place, source, scale, offset }, input) => {
    const feature = features[place]!;
    let [factor, shift] = [scale, offset];
    if (feature.kind === 'number') {
      factor *= feature.normalisation.std;
      shift += scale * feature.normalisation.mean;
    } else if (source === 'code') {
      factor *= feature.values.length - 1;
    }
    const weights = kernel[offsets[place]! + (typeof source === 'number' ? source : 0)]!;
    layer.kernel[input]!.forEach((weight, unit) => {
      weights[unit]! += weight * factor;
      bias[unit]! += weight * shift;
    });
  });
  return { ...layer, kernel, bias };
}
