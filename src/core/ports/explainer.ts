import type { Cancellation } from '../cancellation.js';
import type { ExplainMethod, Explanation } from '../explanation.js';
import type { RowLocator } from '../prediction.js';

/** The rows of a document, not yet checked. Read only once it is known that the model takes rows. */
export interface ExplainSource {
  /** Throws a `TensornestError` when the document holds none. */
  rows(): readonly unknown[];
  readonly locator: RowLocator;
}

/** Rows of a tabular classifier, and what is to be explained of them. */
export interface ExplainRequest {
  /** Model name. */
  readonly model: string;
  /** Exact version or alias; the model's default version when absent. */
  readonly version?: string | undefined;
  readonly source: ExplainSource;
  /** Label of the class to explain; the one that wins, row by row, when absent. */
  readonly label?: string | undefined;
  /** Exact where `EXPLAIN_ROWS` allows it, when absent. */
  readonly method?: ExplainMethod | undefined;
  /** How long somebody waits for the answer. */
  readonly cancellation: Cancellation;
}

export interface Explanations {
  readonly model: string;
  readonly version: string;
  /** Rows of the background that the base values were taken over. */
  readonly backgroundRows: number;
  /** One for each row. */
  readonly explanations: readonly Explanation[];
}

/** Explains predictions, for whichever door was asked. */
export interface Explainer {
  /** Rejects with `invalid-input` when a row is refused, or explaining it would take too many rows of the model. */
  explain(request: ExplainRequest): Promise<Explanations>;
}

export const EXPLAINER = Symbol('EXPLAINER');
