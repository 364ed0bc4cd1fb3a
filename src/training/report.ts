import type { Evaluation, Manifest } from '../model/package/manifest.js';
import {
  calibrationSentence,
  confusionCells,
  metric,
  perClassCells,
  reliabilityCells,
  tradeOffCells,
} from './evaluation-tables.js';
import type { Judgement } from './assess.js';
import { balancedAccuracyIn } from './metrics.js';
import { sliceCells } from './slices.js';
import { textTable } from './text-tables.js';
import type { TrainingResult } from './train-model.js';

type Measured = Manifest['metrics'] & { readonly heldOut: Evaluation };

/** What was measured, as text for a terminal. */
export function resultText({ heldOut, crossValidation }: Measured, what = 'Held-out rows'): string {
  const { rows, accuracy, macroF1, logLoss } = heldOut;
  const sections = [
    `${what}: ${rows}   accuracy ${metric(accuracy)}   macro-F1 ${metric(macroF1)}   log-loss ${metric(logLoss)}`,
    textTable(perClassCells(heldOut)),
    textTable(confusionCells(heldOut)),
  ];
  if (heldOut.calibration !== undefined) {
    sections.push(calibrationSentence(heldOut.calibration), textTable(reliabilityCells(heldOut.calibration)));
  }
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

/** The model beside simpler ones, and what else is known of it. */
export function assessmentText({ heldOut, assessment, baselines, slices, decision }: TrainingResult): string {
  const rows = [...baselines, { name: 'this model', evaluation: heldOut }].map(({ name, evaluation }) => [
    name,
    ...[evaluation.accuracy, balancedAccuracyIn(evaluation), evaluation.macroF1, evaluation.logLoss].map(metric),
  ]);
  return [
    textTable([['model', 'accuracy', 'balanced', 'macro-F1', 'log-loss'], ...rows]),
    ...(heldOut.tradeOff === undefined || decision === undefined
      ? []
      : [textTable(tradeOffCells(heldOut.tradeOff, decision.threshold))]),
    judgementText(assessment, heldOut.rows),
    textTable([
      [`${assessment.importanceMeasure} lost when shuffled`, 'loss'],
      ...assessment.importance.slice(0, 10).map(({ feature, loss }) => [feature, metric(loss)]),
    ]),
    ...slices.map((slice) => textTable(sliceCells(slice))),
  ].join('\n\n');
}

/** What the interval of the accuracy is, which is none where the bootstrap finds no errors to leave out. */
export function accuracyRange({ intervals }: Pick<Judgement, 'intervals'>, rows: number): string {
  const { low, high } = intervals.accuracy;
  if (low < 1) return `between ${metric(low)} and ${metric(high)} (95 %, bootstrap)`;
  return `at least ${metric(leastAccuracy(rows))} (95 %, exact, as all ${rows} rows are right)`;
}

/** The accuracy at which `rows` rows would all be right in one of twenty draws: the lower bound of Clopper and Pearson. */
function leastAccuracy(rows: number): number {
  return 0.05 ** (1 / rows);
}

export function judgementText(judgement: Judgement, rows: number): string {
  const { balancedAccuracy, rocArea, prArea, brier } = judgement;
  return (
    `Accuracy is ${accuracyRange(judgement, rows)}; balanced ${metric(balancedAccuracy)}, ` +
    `ROC area ${metric(rocArea)}, PR area ${metric(prArea)}, Brier ${metric(brier)}`
  );
}
