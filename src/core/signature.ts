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
  readonly features: readonly Feature[];
  readonly classes: readonly ClassLabel[];
}

/** A set of feature values as a client sent it: not yet checked. */
export type Row = Readonly<Record<string, unknown>>;
