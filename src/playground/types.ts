/** What the page reads of the API's answers. */
export type Value = string | number | null;
export type Row = Record<string, Value>;

interface FeatureBase {
  readonly name: string;
  readonly description: string;
  readonly missing: { readonly policy: 'refuse' } | { readonly policy: 'default'; readonly value: string | number };
}
export interface CategoricalFeature extends FeatureBase {
  readonly kind: 'categorical';
  readonly values: readonly string[];
  readonly example: string;
}
export interface NumberFeature extends FeatureBase {
  readonly kind: 'number';
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly integer: boolean;
  readonly unit: string | null;
  readonly example: number;
}
export type Feature = CategoricalFeature | NumberFeature;

export interface ClassLabel {
  readonly label: string;
  readonly title: string;
}

export type FeatureDistribution =
  | { readonly kind: 'categorical'; readonly counts: Record<string, number> }
  | { readonly kind: 'number'; readonly deciles: readonly number[] };

export interface ClassMetrics {
  readonly label: string;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly support: number;
}

/** How far the confidence of the winning class can be taken at its word. */
export interface Calibration {
  readonly expectedCalibrationError: number;
  /** Ten bins of equal width by confidence; empty ones are left out. */
  readonly reliability: readonly { readonly confidence: number; readonly accuracy: number; readonly rows: number }[];
  readonly temperature: number;
}

/** From which probability on the class of interest is answered, of two. */
export interface Decision {
  readonly positive: string;
  readonly threshold: number;
  readonly criterion: string;
}

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly title: string;
  readonly description: string;
  readonly licence: string;
  readonly intendedUse?: string;
  readonly limits?: readonly string[];
  readonly task: string;
  readonly signature: { readonly features: readonly Feature[]; readonly classes: readonly ClassLabel[] };
  readonly decision?: Decision;
  readonly metrics: {
    /** Absent where the model came without data. */
    readonly heldOut?: {
      readonly rows: number;
      readonly accuracy: number;
      readonly macroF1: number;
      readonly logLoss: number;
      readonly perClass: readonly ClassMetrics[];
      readonly confusionMatrix: readonly (readonly number[])[];
      readonly calibration?: Calibration;
      readonly tradeOff?: readonly {
        readonly threshold: number;
        readonly sensitivity: number;
        readonly specificity: number;
        readonly precision: number;
      }[];
    };
    readonly crossValidation?: { readonly folds: number; readonly mean: number; readonly standardDeviation: number };
  };
  readonly training: {
    /** Absent where the model came without data. */
    readonly dataset?: {
      readonly name: string;
      readonly source: string;
      readonly licence: string;
      readonly rows: number;
    };
    readonly date: string;
    readonly seed?: number;
    readonly framework: { readonly name: string; readonly version: string };
  };
  readonly distributions: { readonly features: Record<string, FeatureDistribution> };
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[];
}

export interface VersionSummary {
  readonly version: string;
  readonly state: string;
  readonly default: boolean;
  readonly aliases: readonly string[];
  readonly reason?: string;
}
export interface ModelSummary {
  readonly name: string;
  readonly default: boolean;
  readonly versions: readonly VersionSummary[];
}
export interface VersionDetail extends VersionSummary {
  readonly name: string;
  readonly backend?: string;
  readonly placement?: string;
  readonly tabulated?: boolean;
  readonly digest?: string;
  readonly signed?: 'verified' | 'not-checked' | 'no';
  readonly manifest?: Manifest;
}

export interface Result {
  readonly class: number;
  readonly label: string;
  readonly probability: number;
  readonly probabilities: Record<string, number>;
}
export interface Problem {
  readonly pointer: string;
  readonly message: string;
}
export interface RefusedRow {
  /** Its place in the request. */
  readonly row: number;
  readonly problems: readonly Problem[];
}
export interface Predictions {
  readonly model: string;
  readonly version: string;
  readonly results: readonly (Result | null)[];
  readonly errors: readonly RefusedRow[] | null;
}

export interface Explanation {
  readonly label: string;
  readonly probability: number;
  readonly baseValue: number;
  readonly method: 'exact' | 'sampled';
  readonly contributions: readonly {
    readonly feature: string;
    readonly value: Value;
    readonly contribution: number;
    readonly standardError?: number;
  }[];
}
export interface Explanations {
  readonly backgroundRows: number;
  readonly explanations: readonly Explanation[];
}
export interface Curve {
  readonly feature: string;
  readonly kind: 'categorical' | 'number';
  readonly current: Value;
  readonly values: readonly (string | number)[];
  readonly probabilities: Record<string, readonly number[]>;
}
export interface Counterfactual {
  readonly found: boolean;
  readonly from: { readonly label: string; readonly probability: number };
  readonly to?: { readonly label: string; readonly probability: number };
  readonly changes?: readonly { readonly feature: string; readonly from: Value; readonly to: string | number }[];
  readonly input?: Row;
  readonly exhaustive?: boolean;
}
export interface Importance {
  readonly method: string;
  readonly features: readonly { readonly feature: string; readonly importance: number }[];
}
