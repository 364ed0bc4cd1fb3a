import type { TensorSpec } from './tensor.js';

/** What happens when a row lacks a feature (or has `null` for it): the row is refused, or a value stands in. */
export type MissingPolicy<V> = { readonly policy: 'refuse' } | { readonly policy: 'default'; readonly value: V };

interface FeatureBase<V> {
  readonly name: string;
  readonly description: string;
  /** A value that fills forms and documentation. */
  readonly example: V;
  readonly missing: MissingPolicy<V>;
  /** Redacted wherever inputs are recorded. */
  readonly sensitive: boolean;
}

export interface CategoricalFeature extends FeatureBase<string> {
  readonly kind: 'categorical';
  /** The allowed values; their order is their code. */
  readonly values: readonly string[];
  /** `one-hot`: a column per value, width `values.length`. `ordinal`: the value's index scaled to 0..1, width 1. */
  readonly encoding: 'one-hot' | 'ordinal';
}

export interface NumberFeature extends FeatureBase<number> {
  readonly kind: 'number';
  /** Smallest accepted value, or null for none beyond float32. */
  readonly minimum: number | null;
  /** Largest accepted value, or null for none beyond float32. */
  readonly maximum: number | null;
  /** Only whole numbers are accepted. */
  readonly integer: boolean;
  /** The model sees (value - mean) / std. */
  readonly normalisation: { readonly mean: number; readonly std: number };
  readonly unit: string | null;
}

export type Feature = CategoricalFeature | NumberFeature;
export type FeatureKindName = Feature['kind'];

export interface ClassLabel {
  /** The name that the training data uses. */
  readonly label: string;
  /** The name for people. */
  readonly title: string;
}

/** What a tabular classifier takes and gives. The order of `classes` is the order of the model's outputs. */
export interface Signature {
  readonly kind?: 'tabular';
  readonly features: readonly Feature[];
  readonly classes: readonly ClassLabel[];
}

/** What a client may do with a function of a tensor model, in TensorFlow Serving's words. */
export type TensorMethod = 'predict' | 'classify' | 'regress';

/** A tensor of a function, and the place in the model that it stands for. */
export interface BoundTensor extends TensorSpec {
  /** The model's own name for it, such as `x:0`; the tensor's name where it is absent. */
  readonly node?: string;
}

/** One way to call a tensor model. */
export interface TensorFunction {
  readonly method: TensorMethod;
  readonly inputs: readonly BoundTensor[];
  readonly outputs: readonly BoundTensor[];
  /** The names of the classes, in the order of the scores, for `classify`. */
  readonly labels?: readonly string[];
}

/** The function that answers where a request names none. */
export const DEFAULT_FUNCTION = 'serving_default';

/** What a model takes and gives that is no tabular classifier: named tensors, by function. */
export interface TensorSignature {
  readonly kind: 'tensor';
  /** By name; `serving_default` is always there. */
  readonly functions: Readonly<Record<string, TensorFunction>>;
}

export type ModelSignature = Signature | TensorSignature;

/** A set of feature values as a client sent it: not yet checked. */
export type Row = Readonly<Record<string, unknown>>;
