import { confusionCells, metric, perClassCells } from './evaluation-tables.js';
import { textTable } from './text-tables.js';
import type { TrainingResult } from './train-model.js';

/** What was measured, as text for a terminal. */
export function resultText({ heldOut, crossValidation }: Omit<TrainingResult, 'shortfalls'>): string {
  const { rows, accuracy, macroF1, logLoss } = heldOut;
  const sections = [
    `Held-out rows: ${rows}   accuracy ${metric(accuracy)}   macro-F1 ${metric(macroF1)}   log-loss ${metric(logLoss)}`,
    textTable(perClassCells(heldOut)),
    textTable(confusionCells(heldOut)),
  ];
  if (crossValidation !== undefined) {
    const { folds, accuracies, mean, standardDeviation } = crossValidation;
    const range = `${metric(Math.min(...accuracies))} to ${metric(Math.max(...accuracies))}`;
    sections.push(
      `${folds}-fold cross-validation: mean accuracy ${metric(mean)}, ` +
        `standard deviation ${metric(standardDeviation)}, ${range}`,
    );
  }
  return sections.join('\n\n') + '\n';
}
