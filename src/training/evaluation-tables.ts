import type { Evaluation } from '../model/package/manifest.js';
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
