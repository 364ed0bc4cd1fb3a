import type { Evaluation } from '../../model/package/manifest.js';
import { foundSentence, metric, perClassCells, tradeOffCells } from '../evaluation-tables.js';
import { balancedAccuracyIn } from '../metrics.js';
import { accuracyRange } from '../report.js';
import type { DataRow } from '../datasets/dataset.js';
import type { ColumnProfile } from '../table/column-profile.js';
import { sliceCells } from '../slices.js';
import type { Cells } from '../text-tables.js';
import type { DecisionFindings } from '../held-out.js';
import type { TrainingResult } from '../train-model.js';
import type { TrainingConfig } from '../training-config.js';
import type { Trial } from '../trial.js';
import { escapeText, PLOT_STYLE, plotsOf, type Plot } from './plots.js';

export interface ReportSubject {
  readonly config: TrainingConfig;
  readonly result: TrainingResult;
  readonly date: Date;
  /** Rows of the data set. */
  readonly rows: number;
  readonly profiles: readonly ColumnProfile[];
  readonly warnings: readonly string[];
  /** Empty where nothing was searched. */
  readonly trials: readonly Trial[];
}

/** The files of a report by name: the page, the plots on their own, and every number in `metrics.json`. */
export function reportFiles(subject: ReportSubject): ReadonlyMap<string, string> {
  const { result, config, date } = subject;
  const plots = plotsOf(result.heldOut, result.assessment, result.learning, result.decision);
  const { heldOut, assessment, baselines, slices, crossValidation, learning, decision } = result;
  const numbers = { name: config.name, version: config.version, date: date.toISOString(), heldOut, crossValidation };
  const metrics = {
    ...numbers,
    decision,
    assessment,
    slices,
    baselines,
    learning,
    trials: subject.trials,
    warnings: subject.warnings,
  };
  return new Map([
    ['report.html', reportPage(subject, plots)],
    ['metrics.json', JSON.stringify(metrics, null, 2) + '\n'],
    ...plots.map(({ id, svg }): [string, string] => [`${id}.svg`, standalone(svg)]),
  ]);
}

function standalone(svg: string): string {
  return svg.replace('>', ` style="color:#222;background:#fff"><style>${PLOT_STYLE}</style>`);
}

const PAGE_STYLE = `:root{color-scheme:light dark;--ink:#1d2733;--soft:#52606d;--paper:#fff;--card:#f5f7fa;--line:#d8dee6}
@media (prefers-color-scheme:dark){:root{--ink:#e6ebf0;--soft:#aab6c2;--paper:#12181f;--card:#1a222b;--line:#35414d}}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,sans-serif}
main{max-width:1040px;margin:0 auto;padding:2.5rem 1.25rem 4rem}h1{font-size:2rem;margin:0}h2{margin:2.5rem 0 .75rem;font-size:1.3rem}
h3{margin:0 0 .25rem;font-size:1rem}p{margin:.35rem 0}.soft{color:var(--soft)}
.tiles,.plots{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(190px,1fr));margin:1.5rem 0}
.plots{grid-template-columns:repeat(auto-fit,minmax(min(400px,100%),1fr))}.tile,figure{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1rem;margin:0}
.tile dt{color:var(--soft);font-size:.85rem}.tile dd{margin:0;font-size:1.7rem;font-weight:600}.tile dd+dd{font-size:.85rem;font-weight:400;color:var(--soft)}
figcaption{font-size:.9rem;color:var(--soft)}svg{width:100%;height:auto}table{border-collapse:collapse;width:100%;font-size:.92rem}
.scroll{overflow-x:auto}th,td{padding:.4rem .6rem;border-bottom:1px solid var(--line);text-align:right}th:first-child,td:first-child{text-align:left}
li{margin:.3rem 0}@media print{:root{color-scheme:light;--ink:#000;--soft:#333;--paper:#fff;--card:#fff;--line:#bbb}main{max-width:none;padding:0}.tiles{grid-template-columns:repeat(4,1fr)}.plots{grid-template-columns:1fr 1fr}.scroll{overflow:visible}table{font-size:.75rem}th,td{padding:.2rem .3rem}th{overflow-wrap:break-word}figure,.tile,tr{break-inside:avoid}h2{break-after:avoid}}
${PLOT_STYLE}`;

function reportPage({ config, result, date, rows, profiles, warnings, trials }: ReportSubject, plots: readonly Plot[]) {
  const { heldOut, assessment, baselines, slices, crossValidation, worstRows, decision } = result;
  const title = `${config.title} ${config.version}`;
  const models = [...baselines, { name: 'this model', evaluation: heldOut }];
  const classes = config.signature.provisional.classes;
  const tiles = [
    ['Accuracy', metric(heldOut.accuracy), accuracyRange(assessment, heldOut.rows)],
    ['Macro-F1', metric(heldOut.macroF1), `balanced accuracy ${metric(assessment.balancedAccuracy)}`],
    ['Log-loss', metric(heldOut.logLoss), `Brier ${metric(assessment.brier)}`],
    ['Calibration error', metric(heldOut.calibration.expectedCalibrationError), 'of the winning class'],
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeText(title)}: training report</title><style>${PAGE_STYLE}</style></head><body><main>
<h1>${escapeText(title)}</h1>
<p class="soft">Trained ${date.toISOString().slice(0, 10)} on ${rows} rows, seed ${config.seed}. Every figure is of ${heldOut.rows} rows that training did not see.</p>
<dl class="tiles">${tiles.map(([name, value, note]) => `<div class="tile"><dt>${name}</dt><dd>${value}</dd><dd>${note}</dd></div>`).join('')}</dl>
${verdict(result)}
${section('Beside simpler models', table(modelCells(models)))}
${crossValidation ? `<p>${crossValidation.folds}-fold cross-validation: mean accuracy ${metric(crossValidation.mean)}, standard deviation ${metric(crossValidation.standardDeviation)}.</p>` : ''}
${section('Plots', `<div class="plots">${plots.map(figure).join('')}</div>`)}
${decision === undefined ? '' : section('Decision threshold', decisionPart(decision, heldOut))}
${section('Classes', table(perClassCells(heldOut)))}
${slices.map((slice) => section(`Held-out rows by ${escapeText(slice.column)}`, table(sliceCells(slice)))).join('')}
${worstRows.length === 0 ? '' : section('Most certain errors', errorTable(result, worstRows, classes, sensitiveNames(config)))}
${profiles.length === 0 ? '' : section('Data', table(profileCells(profiles, sensitiveNames(config))))}
${warnings.length === 0 ? '' : section('Worth knowing about the data', `<ul>${warnings.map((text) => `<li>${escapeText(text)}</li>`).join('')}</ul>`)}
${trials.length === 0 ? '' : section('Recipes that were tried', table(trialCells(trials)))}
</main></body></html>
`;
}

/** The one thing that a reader must not miss: whether the model is worth its trouble. */
function verdict({ heldOut, baselines, assessment, decision }: TrainingResult): string {
  const majority = baselines.find(({ name }) => name === 'majority');
  if (majority === undefined) return '';
  const even = baselines.find(({ name }) => name === 'this model, at 0.5');
  if (decision !== undefined && even !== undefined) {
    // Whoever wants the rare class found does not measure by accuracy, in which the majority may well be ahead.
    const [own, other, guess] = [heldOut, even.evaluation, majority.evaluation].map(balancedAccuracyIn);
    const text =
      `The mean recall of both classes (balanced accuracy) is ${metric(own!)}; it would be ${metric(other!)} at 0.5, and ` +
      `${metric(guess!)} for always answering with the most frequent class. The accuracy is ${metric(heldOut.accuracy)}, and ` +
      `would be ${metric(even.evaluation.accuracy)} at 0.5.`;
    return `<p><strong>${text}</strong></p>`;
  }
  const { low } = assessment.intervals.accuracy;
  const guess = majority.evaluation.accuracy;
  const text =
    low > guess
      ? `Always answering with the most frequent class would be right in ${metric(guess)} of the rows; this model is right in ${metric(heldOut.accuracy)}.`
      : `Take care: always answering with the most frequent class is right in ${metric(guess)} of the rows, which is not clearly worse than this model.`;
  return `<p><strong>${text}</strong></p>`;
}

function modelCells(models: readonly { readonly name: string; readonly evaluation: Evaluation }[]): Cells {
  return [
    ['model', 'accuracy', 'balanced accuracy', 'macro-F1', 'log-loss'],
    ...models.map(({ name, evaluation }) => [
      name,
      ...[evaluation.accuracy, balancedAccuracyIn(evaluation), evaluation.macroF1, evaluation.logLoss].map(metric),
    ]),
  ];
}

/** The rule that is in force, and what other thresholds would come to. */
function decisionPart(decision: DecisionFindings, { tradeOff, perClass }: Evaluation): string {
  const tenths = decision.curve.filter((_, at) => at > 0 && at < 100 && at % 10 === 0);
  const sentence = `<p>${escapeText(foundSentence(decision, perClass))}</p>`;
  return sentence + table(tradeOffCells(tradeOff ?? tenths, decision.threshold));
}

function section(title: string, content: string): string {
  return `<section><h2>${title}</h2>${content}</section>`;
}

function figure({ id, title, summary, svg }: Plot): string {
  const labelled = svg.replace('<svg', `<svg role="img" aria-label="${escapeText(`${title}. ${summary}`)}"`);
  return `<figure id="${id}"><h3>${title}</h3>${labelled}<figcaption>${escapeText(summary)}</figcaption></figure>`;
}

function table([head = [], ...body]: Cells): string {
  const heads = head.map((cell) => `<th scope="col">${breakable(escapeText(cell))}</th>`).join('');
  const rows = body.map((row) => `<tr>${row.map((cell) => `<td>${escapeText(cell)}</td>`).join('')}</tr>`).join('');
  // A table that scrolls must be reachable by keyboard.
  return `<div class="scroll" tabindex="0" role="group" aria-label="${escapeText(head.join(', ').slice(0, 200))}"><table><thead><tr>${heads}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

/** A column's name may end a line after each of its words, so that a wide table fits on paper without cutting them. */
function breakable(name: string): string {
  return name.replace(/_(?=.)|[a-z](?=[A-Z])/g, '$&<wbr>');
}

function sensitiveNames({ signature }: TrainingConfig): Set<string> {
  return new Set(signature.provisional.features.filter(({ sensitive }) => sensitive).map(({ name }) => name));
}

/** Values of sensitive features are covered, here as in the audit log. */
function errorTable(
  { assessment }: TrainingResult,
  rows: readonly DataRow[],
  classes: readonly { readonly label: string }[],
  sensitive: ReadonlySet<string>,
): string {
  const columns = Object.keys(rows[0] ?? {}).slice(0, 8);
  const shown = (row: DataRow, name: string) => (sensitive.has(name) ? '(covered)' : String(row[name] ?? '-'));
  return table([
    ['true', 'predicted', 'probability', ...columns],
    ...assessment.worst.map(({ truth, winner, probability }, index) => [
      classes[truth]?.label ?? '',
      classes[winner]?.label ?? '',
      metric(probability),
      ...columns.map((name) => shown(rows[index] ?? {}, name)),
    ]),
  ]);
}

/** The range of a sensitive column is two values of it. */
function profileCells(profiles: readonly ColumnProfile[], sensitive: ReadonlySet<string>): Cells {
  return [
    ['column', 'kind', 'missing', 'values'],
    ...profiles
      .slice(0, 200)
      .map(({ name, kind, gaps, counts, values }) => [
        name,
        kind,
        String(gaps),
        kind !== 'number' ? `${counts.size} different` : sensitive.has(name) ? '(covered)' : rangeOf(values),
      ]),
  ];
}

function rangeOf(values: ColumnProfile['values']): string {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values)
    if (typeof value === 'number') [least, most] = [Math.min(least, value), Math.max(most, value)];
  return least > most ? '-' : `${least} to ${most}`;
}

function trialCells(trials: readonly Trial[]): Cells {
  return [
    ['hidden layers', 'learning rate', 'epochs', 'validation log-loss', 'accuracy'],
    ...trials.map(({ layers, learningRate, epochs, logLoss, accuracy }) => [
      layers.length === 0 ? 'none (logistic regression)' : layers.join('-'),
      String(learningRate),
      String(epochs),
      metric(logLoss),
      metric(accuracy),
    ]),
  ];
}
