/** What the page reads of how versions do on what they are asked: labels, estimates, drift. */
import type { Calibration, ClassMetrics } from './types.js';

export interface LiveQuality {
  readonly rows: number;
  readonly accuracy: number;
  readonly interval: { readonly lower: number; readonly upper: number };
  readonly perClass: readonly LiveClass[];
  readonly confusionMatrix: readonly (readonly number[])[];
  readonly calibration: Pick<Calibration, 'expectedCalibrationError' | 'reliability'>;
}
/** Null where nothing was predicted, or nothing turned out to be, of that class. */
export type LiveClass = {
  readonly [Key in keyof ClassMetrics]: Key extends 'precision' | 'recall' | 'f1' ? number | null : ClassMetrics[Key];
};
export interface VersionQuality {
  readonly version: string;
  readonly live: LiveQuality | null;
  readonly estimated: {
    readonly accuracy: number;
    readonly rows: number;
    readonly windowMinutes: number;
    readonly expectedCalibrationError: number | null;
  } | null;
}
export interface ModelQuality {
  /** Whether labels are taken. */
  readonly feedback: boolean;
  readonly versions: readonly VersionQuality[];
}

export type DriftState = 'ok' | 'drifting' | 'collecting' | 'unreferenced';
/** Shares of training and of the window: of a label, or of the numbers above `from` up to `to`, or of the one that both are. */
export interface DriftBin {
  readonly label?: string;
  readonly from?: number | null;
  readonly to?: number | null;
  readonly reference: number;
  readonly window: number;
}
export interface DriftTest {
  readonly of: 'values' | 'rates';
  readonly method: 'ks' | 'chi2';
  readonly statistic: number;
  readonly p: number;
  readonly adjusted: number;
}
export interface Rate {
  readonly reference: number;
  readonly window: number;
}
interface Judged {
  readonly state: DriftState;
  readonly psi: number | null;
  readonly tests: readonly DriftTest[];
  readonly bins: readonly DriftBin[];
}
export interface FeatureDrift extends Judged {
  readonly name: string;
  readonly rows: number;
  readonly rates: { readonly missing: Rate; readonly refused: Rate };
}
export interface AnswerDrift extends Judged {
  readonly source: 'predictions' | 'training-labels' | null;
}
export interface VersionDrift {
  readonly version: string;
  readonly state: 'ok' | 'drifting' | 'collecting';
  readonly significance: number;
  readonly window: { readonly rows: number; readonly from: string; readonly to: string } | null;
  readonly collecting: {
    readonly rows: number;
    readonly since: string;
    readonly untilRows: number;
    readonly untilSeconds: number;
  };
  readonly features: readonly FeatureDrift[];
  readonly predictions: { readonly classes: AnswerDrift; readonly confidence: AnswerDrift };
}
export interface ModelDrift {
  readonly versions: readonly VersionDrift[];
}
