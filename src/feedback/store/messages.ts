import type { LabelledRows } from '../../core/ports/outcomes.js';

export interface StoreSettings {
  readonly path: string;
  readonly retentionDays: number;
  /** Most bytes of the file. */
  readonly maxBytes: number;
}

/** By whom and for whom predictions were made. */
export interface Source {
  readonly model: string;
  readonly version: string;
  /** Labels of the classes, in the order of their indices. */
  readonly classes: readonly string[];
  readonly caller: string;
}

/** Predictions to keep. */
export interface KeptBatch {
  readonly sources: readonly Source[];
  /** All of them, one behind the other. */
  readonly ids: string;
  /** For each id its index into `sources`, and behind it how many of the answers are its own. */
  readonly entries: Uint32Array<ArrayBuffer>;
  /** The rows of all of them, one behind the other: see `packAnswer`. */
  readonly answers: Uint32Array<ArrayBuffer>;
}

/** What a client says of one row. */
export interface Label {
  readonly prediction: string;
  readonly row: number;
  readonly label: string;
  /** Takes the place of another label that the row has already. */
  readonly replace: boolean;
}

/** Whose predictions may be labelled. */
export interface Owner {
  /** Null for everybody's. */
  readonly caller: string | null;
  /** Null for all models. */
  readonly models: readonly string[] | null;
}

/** The row that a label belongs to. */
export interface LabelledRow {
  readonly model: string;
  readonly version: string;
  readonly predicted: string;
}

export type LabelOutcome =
  | (LabelledRow & { readonly status: 'recorded' | 'repeated' | 'replaced' })
  /** It has another label, which stands. */
  | (LabelledRow & { readonly status: 'conflict'; readonly stands: string })
  | { readonly status: 'unknown-class'; readonly classes: readonly string[] }
  | { readonly status: 'unknown' }
  | { readonly status: 'late' };

/** How often a version took rows of one class for another, with confidences of one tenth. */
export interface Tally {
  readonly version: string;
  readonly predicted: string;
  readonly label: string;
  /** Tenth of the confidence, from 0 to 9. */
  readonly bin: number;
  readonly rows: number;
  /** Sum of the confidences. */
  readonly confidence: number;
}

export interface ModelTallies {
  /** The classes of each version that has any, in their order. */
  readonly classes: Readonly<Record<string, readonly string[]>>;
  readonly tallies: readonly Tally[];
}

/** What the store's thread can be asked, and what it answers. */
export interface Calls {
  readonly keep: { readonly ask: KeptBatch; readonly answer: null };
  readonly label: {
    readonly ask: { readonly labels: readonly Label[]; readonly owner: Owner };
    readonly answer: readonly LabelOutcome[];
  };
  readonly tallies: { readonly ask: { readonly model: string }; readonly answer: ModelTallies };
  readonly labelledSince: {
    readonly ask: { readonly model: string; readonly versions: readonly string[]; readonly since: number };
    readonly answer: readonly LabelledRows[];
  };
  readonly close: { readonly ask: null; readonly answer: null };
}

export type Call = keyof Calls;

export type ToStore = {
  [C in Call]: { readonly ticket: number; readonly call: C; readonly ask: Calls[C]['ask'] };
}[Call];

export type FromStore =
  | { readonly type: 'answer'; readonly ticket: number; readonly answer: Calls[Call]['answer'] }
  | { readonly type: 'failed'; readonly ticket: number; readonly message: string }
  /** Why the file cannot be used; null when it can again. */
  | { readonly type: 'fault'; readonly fault: string | null }
  | { readonly type: 'warning'; readonly message: string };
