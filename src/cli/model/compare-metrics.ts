import type { Evaluation, Manifest } from '../../model/package/manifest.js';
import { sizeOf } from './package-facts.js';

/** One figure of two packages; null where a package does not have it. */
export interface MetricDifference {
  readonly metric: string;
  readonly before: number | null;
  readonly after: number | null;
}

export interface MetricDifferences {
  readonly figures: readonly MetricDifference[];
  /**
   * Both were measured on rows split from the same data by the same seed. Where they were not, a difference may be one of
   * the rows and not of the models.
   */
  readonly sameRows: boolean;
}

/** The figures that the manifests hold, side by side. */
export function metricDifferences(before: Manifest, after: Manifest): MetricDifferences {
  const [first, second] = [figuresOf(before), figuresOf(after)];
  const names = [...new Set([...first.keys(), ...second.keys()])];
  return {
    figures: names.map((metric) => ({
      metric,
      before: first.get(metric) ?? null,
      after: second.get(metric) ?? null,
    })),
    sameRows: rowsOf(before) === rowsOf(after),
  };
}

function figuresOf(manifest: Manifest): Map<string, number> {
  const { heldOut, crossValidation } = manifest.metrics;
  return new Map([
    ...(heldOut === undefined ? [] : measured(heldOut)),
    ...(crossValidation === undefined ? [] : [['cross-validation', crossValidation.mean] as const]),
    ...(heldOut === undefined ? [] : [['held-out rows', heldOut.rows] as const]),
    ['bytes', sizeOf(manifest)],
  ]);
}

function measured({ accuracy, macroF1, logLoss, calibration, perClass }: Evaluation): [string, number][] {
  return [
    ['accuracy', accuracy],
    ['macro-F1', macroF1],
    ['log-loss', logLoss],
    ...(calibration === undefined
      ? []
      : [['calibration error', calibration.expectedCalibrationError] satisfies [string, number]]),
    ...perClass.map(({ label, f1 }): [string, number] => [`F1 of ${label}`, f1]),
  ];
}

/** A model that came without data was measured on no rows, and so on none that another was measured on. */
function rowsOf({ name, version, metrics, training: { dataset, seed } }: Manifest): string {
  if (dataset === undefined || metrics.heldOut === undefined) return `${name} ${version}`;
  return `${dataset.sha256} ${seed} ${metrics.heldOut.rows}`;
}
