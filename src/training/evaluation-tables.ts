import type { ClassLabel } from '../core/signature.js';
import type { Calibration, Evaluation, ManifestDecision, TradeOff } from '../model/package/manifest.js';
import type { Cells } from './text-tables.js';
import { EVEN } from './threshold.js';

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

const CRITERIA: Readonly<Record<ManifestDecision['criterion'], string>> = {
  'balanced-accuracy': 'chosen for the highest balanced accuracy on rows that the network had not learnt from',
  f1: 'chosen for the highest F1 on rows that the network had not learnt from',
  given: 'given by hand',
};

/** Which class is answered, and why so. */
export function decisionSentence(
  decision: ManifestDecision | undefined,
  classes: readonly Pick<ClassLabel, 'label'>[],
): string {
  if (decision === undefined) return 'The likeliest class is answered.';
  const { positive, threshold, criterion } = decision;
  const other = classes.find(({ label }) => label !== positive)!.label;
  return `"${positive}" is answered where its probability reaches ${threshold}, else "${other}"; the threshold was ${CRITERIA[criterion]}.`;
}

/** What a training run decided, which may be that nothing is better than the likeliest class. */
export function foundSentence(found: ManifestDecision, classes: readonly Pick<ClassLabel, 'label'>[]): string {
  if (found.threshold !== EVEN) return decisionSentence(found, classes);
  const { positive, criterion } = found;
  if (criterion === 'given') return decisionSentence(undefined, classes);
  return `No threshold of "${positive}" was better than 0.5 by more than chance explains, so the likeliest class is answered.`;
}

/** What each threshold comes to; the one that is in force has a mark. */
export function tradeOffCells(tradeOff: TradeOff, inForce: number): Cells {
  const body = tradeOff.map(({ threshold, sensitivity, specificity, precision }) => [
    `${threshold}${threshold === inForce ? ' (in force)' : ''}`,
    ...[sensitivity, specificity, precision].map(metric),
  ]);
  return [['threshold', 'sensitivity', 'specificity', 'precision'], ...body];
}
