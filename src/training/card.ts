import type { Feature } from '../core/signature.js';
import type { Evaluation } from '../model/package/manifest.js';
import type { PackageContents } from '../model/package/writer.js';

import {
  calibrationSentence,
  confusionCells,
  decisionSentence,
  metric,
  perClassCells,
  reliabilityCells,
  tradeOffCells,
} from './evaluation-tables.js';
import { type Cells, markdownTable } from './text-tables.js';
import type { Recipe } from './training-config.js';

type Described = PackageContents['manifest'];

/** The model card, in Markdown: what the manifest says, for people. */
export function modelCard(model: Described, { intendedUse, limits, failUnder }: Recipe): string {
  const sections = [
    `# ${model.title} ${model.version}`,
    model.description,
    '## Intended use',
    intendedUse,
    '## Limits',
    limits.map((limit) => `- ${limit}`).join('\n'),
    '## Input and output',
    markdownTable(featureCells(model.signature.features), 'text'),
    'The answer is a probability for each class:',
    markdownTable([['class', 'title'], ...model.signature.classes.map(({ label, title }) => [label, title])], 'text'),
    '## Data and licence',
    ...dataTexts(model),
    '## Quality',
    ...quality(model),
    ...('exempt' in failUnder ? [`Exempt from the quality gate: ${failUnder.exempt}`] : []),
    '## Training',
    markdownTable(trainingCells(model), 'text'),
    '## How to reproduce',
    reproduction(model),
  ];
  return sections.join('\n\n') + '\n';
}

export function featureCells(features: readonly Feature[]): Cells {
  const body = features.map((feature) => [
    `\`${feature.name}\``,
    feature.description,
    accepted(feature),
    String(feature.example),
    feature.missing.policy === 'refuse' ? 'refused' : `taken as ${feature.missing.value}`,
  ]);
  return [['feature', 'meaning', 'accepted values', 'example', 'when missing'], ...body];
}

function accepted(feature: Feature): string {
  if (feature.kind === 'categorical') return feature.values.join(', ');
  const { integer, minimum, maximum, unit } = feature;
  const limits = [minimum === null ? '' : `from ${minimum}`, maximum === null ? '' : `to ${maximum}`, unit ?? ''];
  return [integer ? 'whole number' : 'number', ...limits].filter((part) => part !== '').join(' ');
}

function dataTexts({ training: { dataset }, licence }: Described): string[] {
  const own = `The model itself is licensed under ${licence}.`;
  if (dataset === undefined) return [own];
  return [
    `${dataset.rows} rows of the data set \`${dataset.name}\`, licence ${dataset.licence}:`,
    `> ${dataset.source}`,
    `SHA-256 of the rows as CSV: \`${dataset.sha256}\`. ${own}`,
  ];
}

export function quality({ metrics: { heldOut, crossValidation }, signature, decision }: Described): string[] {
  if (heldOut === undefined) return ['Not measured: the model came without data.'];
  const { rows, accuracy, macroF1, logLoss } = heldOut;
  const summary =
    `On ${rows} rows that training did not see: accuracy ${metric(accuracy)}, macro-F1 ${metric(macroF1)}, ` +
    `log-loss ${metric(logLoss)}.`;
  const tables = [
    ...(decision === undefined ? [] : [decisionSentence(decision, signature.classes)]),
    summary,
    markdownTable(perClassCells(heldOut)),
    markdownTable(confusionCells(heldOut)),
    ...tradeOffTexts(heldOut, decision),
    ...calibrationTexts(heldOut),
  ];
  if (crossValidation === undefined) return tables;
  const { folds, mean, standardDeviation } = crossValidation;
  const spread =
    `${folds}-fold stratified cross-validation of the same recipe: mean accuracy ${metric(mean)}, standard deviation ` +
    `${metric(standardDeviation)}.`;
  return [...tables, spread];
}

/** What other thresholds would come to, so that whoever has other costs can choose another one. */
function tradeOffTexts({ tradeOff }: Evaluation, decision: Described['decision']): string[] {
  if (tradeOff === undefined || decision === undefined) return [];
  return [
    `What thresholds of "${decision.positive}" come to on the same rows:`,
    markdownTable(tradeOffCells(tradeOff, decision.threshold)),
  ];
}

function calibrationTexts({ calibration }: Evaluation): string[] {
  if (calibration === undefined) return [];
  return [calibrationSentence(calibration), markdownTable(reliabilityCells(calibration))];
}

export function trainingCells({ training: { date, framework, hyperparameters, seed } }: Described): Cells {
  const shown = Object.entries(hyperparameters).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return [
    ['fact', 'value'],
    ['date', date],
    [
      'framework',
      `${framework.name} ${framework.version}${framework.backend === undefined ? '' : `, ${framework.backend} backend`}`,
    ],
    ...(seed === undefined ? [] : [['seed', String(seed)]]),
    ...shown,
  ];
}

function reproduction({ name, version, training: { seed, hyperparameters, framework } }: Described): string {
  const command = `npm run train -- ${name}@${version} --seed ${seed} --epochs ${JSON.stringify(hyperparameters.epochs)}`;
  return (
    `\`\`\`sh\n${command}\n\`\`\`\n\n` +
    `The same seed gives the same \`weights.bin\`, byte for byte, on the same backend (${framework.backend}) and version.`
  );
}
