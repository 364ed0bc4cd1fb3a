/** How contributions were worked out: over every coalition of features, or over a sample of orders of them. */
export type ExplainMethod = 'exact' | 'sampled';

/** How much one feature moved the probability of the explained class away from the base value. */
export interface Contribution {
  readonly feature: string;
  /** As the client sent it; null where it was missing. */
  readonly value: unknown;
  /** In units of probability. */
  readonly contribution: number;
  /** Standard error of the contribution; absent where it is exact. */
  readonly standardError?: number;
}

/** Why one row got the probability that it got. */
export interface Explanation {
  /** The explained class. */
  readonly label: string;
  /** Of that class. `baseValue` plus all contributions. */
  readonly probability: number;
  /** The probability of that class over the background. */
  readonly baseValue: number;
  readonly method: ExplainMethod;
  /** In the order of the signature. */
  readonly contributions: readonly Contribution[];
}
