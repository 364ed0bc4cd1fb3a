import type { Calibration, Evaluation } from '../../model/package/manifest.js';
import type { Assessment } from '../assess.js';
import type { EpochReport } from '../progress.js';
import type { Curve } from '../ranking.js';
import type { DecisionFindings } from '../held-out.js';

/** A plot: a title, what it shows in a sentence for who cannot see it, and an SVG drawing. */
export interface Plot {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly svg: string;
}

const [WIDTH, HEIGHT] = [460, 320];
const [LEFT, TOP, RIGHT, BOTTOM] = [54, 30, 16, 46];
/** Told apart in both colour schemes and by people who see few colours (Okabe and Ito), and by their dashes. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#b8860b', '#56b4e9'];
const DASHES = ['', '6 3', '2 3', '8 3 2 3', '1 2', '10 4'];
/** More lines than this in one plot tell nothing. */
const MAX_LINES = 6;

/** The style that the drawings need, in a page as in a file of their own. */
export const PLOT_STYLE = `.axis{stroke:currentColor;stroke-opacity:.6}.grid{stroke:currentColor;stroke-opacity:.15}
text{fill:currentColor;font:12px system-ui,sans-serif}.curve{fill:none;stroke-width:2}.guide{stroke:currentColor;stroke-opacity:.5;stroke-dasharray:4 4}`;

export function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

export function plotsOf(
  heldOut: Evaluation & { readonly calibration: Calibration },
  { curves, importance, importanceMeasure, rocArea, prArea }: Assessment,
  learning: readonly EpochReport[],
  decision?: DecisionFindings,
): Plot[] {
  const { expectedCalibrationError, reliability } = heldOut.calibration;
  const last = learning.at(-1);
  const shown = curves.slice(0, MAX_LINES);
  const lines = (pick: (curve: (typeof curves)[number]) => Curve) =>
    shown.map((curve) => ({ label: curve.label, points: pick(curve) }));
  const highest = Math.max(...learning.map(({ loss }) => loss), 1e-9);
  const progress = (value: (report: EpochReport) => number): Curve =>
    learning.map((report, index) => [learning.length < 2 ? 0 : index / (learning.length - 1), value(report)] as const);
  return [
    {
      id: 'learning',
      title: 'Learning curves',
      summary: `After ${learning.length} epochs the training loss is ${last?.loss.toFixed(4)} and the training accuracy ${last?.accuracy.toFixed(4)}.`,
      svg: chart(
        'epoch',
        `accuracy, and loss / ${highest.toFixed(2)}`,
        [
          { label: 'accuracy', points: progress(({ accuracy }) => accuracy) },
          { label: 'loss', points: progress(({ loss }) => loss / highest) },
        ],
        false,
        {
          marks: [
            [0, '1'],
            [1, String(learning.length)],
          ],
        },
      ),
    },
    {
      id: 'confusion',
      title: 'Confusion matrix',
      summary: `Of ${heldOut.rows} held-out rows, ${Math.round(heldOut.accuracy * heldOut.rows)} are on the diagonal: answered rightly.`,
      svg: matrix(heldOut),
    },
    {
      id: 'calibration',
      title: 'Calibration',
      summary: `On average the confidence is ${expectedCalibrationError.toFixed(4)} away from the accuracy (expected calibration error).`,
      svg: chart(
        'confidence',
        'accuracy',
        [{ label: 'held-out rows', points: reliability.map(({ confidence, accuracy }) => [confidence, accuracy]) }],
        true,
      ),
    },
    {
      id: 'roc',
      title: 'ROC',
      summary: `Mean area under the curve ${rocArea.toFixed(4)}, each class against the rest.`,
      svg: chart(
        'false positive rate',
        'true positive rate',
        lines(({ roc }) => roc),
        true,
      ),
    },
    {
      id: 'pr',
      title: 'Precision and recall',
      summary: `Mean average precision ${prArea.toFixed(4)}, each class against the rest.`,
      svg: chart(
        'recall',
        'precision',
        lines(({ pr }) => pr),
        false,
      ),
    },
    ...(decision === undefined ? [] : [thresholdPlot(decision)]),
    {
      id: 'importance',
      title: 'Permutation importance',
      summary: `The ${importanceMeasure} falls most, by ${(importance[0]?.loss ?? 0).toFixed(4)}, when ${importance[0]?.feature ?? 'nothing'} is shuffled.`,
      svg: bars(importance.slice(0, 12)),
    },
  ];
}

/** What each threshold comes to, with the one that is in force marked. */
function thresholdPlot({ positive, threshold, curve }: DecisionFindings): Plot {
  const own = curve.find((point) => point.threshold === threshold)!;
  const [sensitivity, specificity, precision] = [own.sensitivity, own.specificity, own.precision].map((share) =>
    share.toFixed(4),
  );
  const line = (label: 'sensitivity' | 'specificity' | 'precision') => ({
    label,
    points: curve.map((point) => [point.threshold, point[label]] as const),
  });
  return {
    id: 'threshold',
    title: 'Decision threshold',
    summary: `At ${threshold}, the dashed line, "${positive}" has sensitivity ${sensitivity}, specificity ${specificity} and precision ${precision}.`,
    svg: chart(
      `threshold of ${positive}`,
      'share of the rows',
      [line('sensitivity'), line('specificity'), line('precision')],
      false,
      { at: threshold },
    ),
  };
}

/** Of both axes, which go from 0 to 1. */
const TICKS = [0, 0.25, 0.5, 0.75, 1];

interface Line {
  readonly label: string;
  readonly points: Curve;
}

interface Marks {
  /** Texts below the axis. */
  readonly marks?: readonly (readonly [at: number, text: string])[];
  /** Where a line stands across the drawing. */
  readonly at?: number;
}

function chart(
  across: string,
  up: string,
  lines: readonly Line[],
  diagonal: boolean,
  { marks = TICKS.map((at) => [at, String(at)]), at: marked }: Marks = {},
): string {
  const x = (value: number) => (LEFT + value * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const y = (value: number) => (HEIGHT - BOTTOM - value * (HEIGHT - TOP - BOTTOM)).toFixed(1);
  const parts = [
    ...TICKS.map((at) => `<path class="grid" d="M${x(0)} ${y(at)}H${x(1)}"/>`),
    ...TICKS.map((at) => `<text x="${LEFT - 8}" y="${y(at)}" dy="4" text-anchor="end">${at}</text>`),
    ...marks.map(([at, text]) => `<text x="${x(at)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${text}</text>`),
    `<path class="axis" fill="none" d="M${x(0)} ${y(1)}V${y(0)}H${x(1)}"/>`,
    `<text x="${x(0.5)}" y="${HEIGHT - 8}" text-anchor="middle">${escapeText(across)}</text>`,
    `<text transform="translate(14 ${y(0.5)}) rotate(-90)" text-anchor="middle">${escapeText(up)}</text>`,
    diagonal ? `<path class="guide" d="M${x(0)} ${y(0)}L${x(1)} ${y(1)}"/>` : '',
    marked === undefined ? '' : `<path class="guide" d="M${x(marked)} ${y(0)}V${y(1)}"/>`,
    ...lines.map(({ points }, index) => {
      const path = points.map(([px, py], at) => `${at === 0 ? 'M' : 'L'}${x(px)} ${y(py)}`).join('');
      const style = `stroke="${COLOURS[index]}" stroke-dasharray="${DASHES[index]}"`;
      const dots =
        points.length > 12
          ? []
          : points.map(([px, py]) => `<circle cx="${x(px)}" cy="${y(py)}" r="3.5" fill="${COLOURS[index]}"/>`);
      return `<path class="curve" ${style} d="${path}"/>${dots.join('')}`;
    }),
    ...legend(lines),
  ];
  return drawing(HEIGHT, parts);
}

/** A line above the drawing: nothing can be hidden by it. */
function legend(lines: readonly Line[]): string[] {
  if (lines.length < 2) return [];
  const step = (WIDTH - LEFT - RIGHT) / lines.length;
  return lines.flatMap(({ label }, index) => {
    const x = LEFT + step * index;
    const style = `stroke="${COLOURS[index]}" stroke-dasharray="${DASHES[index]}"`;
    return [
      `<path class="curve" ${style} d="M${x.toFixed(1)} 12h18"/>`,
      `<text x="${(x + 23).toFixed(1)}" y="16">${escapeText(shorten(label, Math.max(3, Math.floor((step - 26) / 7))))}</text>`,
    ];
  });
}

function matrix({ confusionMatrix, perClass }: Evaluation): string {
  const size = perClass.length;
  const side = Math.min(56, (WIDTH - 130) / size);
  const height = Math.max(120, size * side + 80);
  const labels = perClass.map(({ label }) => escapeText(shorten(label, Math.max(4, Math.floor(side / 7)))));
  const cells = confusionMatrix.flatMap((counts, row) =>
    counts.map((count, column) => {
      const share = count / Math.max(1, perClass[row]!.support);
      const colour = row === column ? '#0072b2' : '#d55e00';
      const [x, y] = [110 + column * side, 40 + row * side];
      const text =
        size > 12 ? '' : `<text x="${x + side / 2}" y="${y + side / 2 + 4}" text-anchor="middle">${count}</text>`;
      const box = `<rect x="${x}" y="${y}" width="${side - 2}" height="${side - 2}" fill="${colour}" fill-opacity="${(0.05 + 0.4 * share).toFixed(3)}"/>`;
      return box + text;
    }),
  );
  return drawing(height, [
    `<text x="${110 + (size * side) / 2}" y="14" text-anchor="middle">predicted</text>`,
    ...labels.map((label, at) => `<text x="${110 + (at + 0.5) * side}" y="32" text-anchor="middle">${label}</text>`),
    ...perClass.map(
      ({ label }, at) =>
        `<text x="102" y="${40 + (at + 0.5) * side + 4}" text-anchor="end">${escapeText(shorten(label, 14))}</text>`,
    ),
    ...cells,
  ]);
}

function bars(importance: Assessment['importance']): string {
  const most = Math.max(...importance.map(({ loss }) => loss), 1e-9);
  const height = importance.length * 26 + 20;
  return drawing(
    height,
    importance.map(({ feature, loss }, index) => {
      const y = 10 + index * 26;
      const width = (Math.max(0, loss) / most) * (WIDTH - 240);
      return (
        `<text x="150" y="${y + 14}" text-anchor="end">${escapeText(shorten(feature, 22))}</text>` +
        `<rect x="158" y="${y}" width="${width.toFixed(1)}" height="18" rx="2" fill="${COLOURS[0]}"/>` +
        `<text x="${(164 + width).toFixed(1)}" y="${y + 14}">${loss.toFixed(4)}</text>`
      );
    }),
  );
}

function drawing(height: number, parts: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height.toFixed(0)}">${parts.join('')}</svg>`;
}

function shorten(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
