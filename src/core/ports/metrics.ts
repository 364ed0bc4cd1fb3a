interface Family {
  /** Prometheus's rules: prefixed, in base units, `_total` for a counter. */
  readonly name: string;
  /** One sentence for people. */
  readonly help: string;
  /** Names of the labels. Their values must be bounded: never an id, never what a client made up. */
  readonly labels: readonly string[];
  /**
   * How the samples of several processes become those of the group: added up (the default), or the largest, smallest or
   * mean. A `group` family is read only in the process that was asked, which finds out from the others itself.
   */
  readonly across?: 'sum' | 'max' | 'min' | 'average' | 'group';
}

/** One number, with the values of the labels in the family's order. */
export interface Sample {
  readonly labels: readonly string[];
  readonly value: number;
}

export interface ScalarFamily extends Family {
  readonly type: 'counter' | 'gauge';
  /** Reads the numbers of this moment, when somebody wants to see them. */
  readonly read: () => Iterable<Sample> | Promise<Iterable<Sample>>;
}

/** How often values came to lie between the bounds of a histogram. */
export interface HistogramSample {
  readonly labels: readonly string[];
  /** One more than there are bounds: the last counts what is above them all. Not cumulative. */
  readonly counts: ArrayLike<number>;
  readonly sum: number;
}

export interface HistogramFamily extends Family {
  readonly type: 'histogram';
  /** Upper bounds of the buckets, ascending. */
  readonly bounds: readonly number[];
  readonly read: () => Iterable<HistogramSample> | Promise<Iterable<HistogramSample>>;
}

export type MetricFamily = ScalarFamily | HistogramFamily;

/** Where everyone who counts something says so. Counting is theirs and costs what they like; nothing is called but `read`. */
export interface Metrics {
  add(...families: readonly MetricFamily[]): void;
}

export const METRICS = Symbol('METRICS');
