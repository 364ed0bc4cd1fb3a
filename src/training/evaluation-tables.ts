import type { Calibration, Evaluation } from '../model/package/manifest.js';
import type { Cells } from './text-tables.js';

/** A metric to four decimals. */
export function metric(value: number): string {
  return value.toFixed(4);
}

export function perClassCells({ perClass }: Evaluation): Cells {
  const body = perClass.map(({ label, precision, recall, f1, support }) => [
    label,
    ...[precision, recall, f1].map(metric),
    String(support),
  ]);
  return [['class', 'precision', 'recall', 'F1', 'support'], ...body];
}

/** True classes down, predicted classes across. */
export function confusionCells({ perClass, confusionMatrix }: Evaluation): Cells {
  const labels = perClass.map(({ label }) => label);
  const body = confusionMatrix.map((counts, row) => [labels[row] ?? '', ...counts.map(String)]);
  return [['true \\ predicted', ...labels], ...body];
}

/** Predictions of about the same confidence, and how many of them were right. */
export function reliabilityCells({ reliability }: Calibration): Cells {
  const body = reliability.map(({ confidence, accuracy, rows }) => [
    metric(confidence),
    metric(accuracy),
    String(rows),
  ]);
  return [['mean confidence', 'accuracy', 'rows'], ...body];
}

export function calibrationSentence({ expectedCalibrationError, temperature }: Calibration): string {
  const applied =
    temperature === 1 ? 'no temperature was applied' : `a temperature of ${temperature} is in the weights`;
  return `Expected calibration error of the winning class, over ten bins of equal width: ${metric(expectedCalibrationError)}; ${applied}.`;
}
