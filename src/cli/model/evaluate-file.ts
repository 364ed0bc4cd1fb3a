import { type Decide, decideBy } from '../../core/winners.js';
import type { Manifest } from '../../model/package/manifest.js';
import type { TabularSlot } from '../../model/tabular-slot.js';
import { type Judgement, judge } from '../../training/assess.js';
import { calibrationOf } from '../../training/calibration.js';
import type { Value } from '../../training/datasets/dataset.js';
import { evaluate } from '../../training/metrics.js';
import { shortfallsOf } from '../../training/quality-gate.js';
import { seededRandom } from '../../training/random.js';
import { judgementText, resultText } from '../../training/report.js';
import { sliceCells, slicesOf } from '../../training/slices.js';
import { MISSING_MARKERS } from '../../training/table/infer-schema.js';
import { cellsOf, type Table } from '../../training/table/table.js';
import { textTable } from '../../training/text-tables.js';
import { trainingSource } from '../../training/training-files.js';
import { EXIT, UsageError } from '../exit.js';
import { RowFileError } from '../rows/row-line.js';
import { problemsText, sift } from '../rows/sift.js';
import { readTable } from '../rows/table-file.js';
import type { Context, Outcome } from './command.js';
import { openTabularPackage } from './find-package.js';
import { assertColumns, type LabelledRows, labelledRows } from './labelled-rows.js';
import { withTabularSlot } from './run-slot.js';

export interface EvaluateOptions {
  readonly target?: string;
  readonly slice: readonly string[];
  readonly failUnder: number;
  readonly failUnderF1: number;
}

/** Decides the resamples of the bootstrap. */
const SEED = 1;
/** Refused rows that are shown. */
const SHOWN = 10;

/** Measures the package that `name` names on the rows of `file`. */
export async function evaluateFile(
  { config }: Context,
  name: string,
  file: string,
  options: EvaluateOptions,
): Promise<Outcome> {
  const { found } = await openTabularPackage(name, config);
  const { manifest } = found;
  const source = await trainingSource(config.models.dir, manifest);
  const target = options.target ?? source?.target;
  if (target === undefined) throw new UsageError('--target must name the column that holds the class.');
  const table = await readTable(file, []);
  const features = manifest.signature.features.map((feature) => feature.name);
  assertColumns(table, [target, ...features, ...options.slice]);
  const missing = new Set([...MISSING_MARKERS, ...(source?.missing ?? [])]);
  const labelled = labelledRows(table, manifest.signature, { target, missing, other: source?.other ?? {} });
  const answered = await withTabularSlot(found, config, (slot) => askAll(slot, labelled, config.limits.batchRows));
  const { labels, places, probabilities, refused } = answered;
  if (labels.length === 0) {
    const [first] = refused;
    const why = first === undefined ? `no row has a ${target}` : `line ${first.line}: ${first.message}`;
    throw new RowFileError(`${file}: nothing is left to measure: ${why}.`);
  }
  const decide = decideBy(manifest.signature.classes, manifest.decision);
  const measured = measure(manifest, labels, probabilities, decide);
  const columnOf = (column: string): Value[] => places.map((place) => sliceValue(table, column, place, missing));
  const classes = manifest.signature.classes.map(({ label }) => label);
  const slices = options.slice.map((column) =>
    slicesOf({ labels, probabilities, classes, decide }, column, columnOf(column), seededRandom(SEED)),
  );
  const shortfalls = shortfallsOf({ accuracy: options.failUnder, macroF1: options.failUnderF1 }, measured.evaluation);
  const left = { unlabelled: labelled.unlabelled, refused: refused.length };
  return {
    code: shortfalls.length === 0 ? EXIT.ok : EXIT.qualityGate,
    json: {
      name: manifest.name,
      version: manifest.version,
      digest: found.digest,
      file,
      ...left,
      problems: refused.slice(0, SHOWN),
      ...measured,
      slices,
      shortfalls,
    },
    text: [
      `${manifest.name} ${manifest.version} on ${file}`,
      ...leftText(left, refused, target),
      resultText({ heldOut: measured.evaluation }, 'Rows').trimEnd(),
      judgementText(measured.assessment, measured.evaluation.rows),
      ...slices.map((slice) => textTable(sliceCells(slice))),
      ...shortfalls,
    ].join('\n\n'),
  };
}

interface Refused {
  readonly line: number;
  readonly message: string;
}

interface Answered {
  readonly labels: readonly number[];
  /** The place in the table of each row that was answered. */
  readonly places: readonly number[];
  readonly probabilities: Float32Array;
  readonly refused: readonly Refused[];
}

async function askAll(
  slot: TabularSlot,
  { rows, refused: unknown }: LabelledRows,
  batchRows: number,
): Promise<Answered> {
  const { signature } = slot.manifest;
  const byLine = new Map(rows.map((row) => [row.line, row]));
  const refused: Refused[] = [...unknown];
  const answered = [];
  const tables: Float32Array[] = [];
  for await (const group of sift(toAsync(rows), signature, slot.encoder, batchRows)) {
    refused.push(...group.refused.map(({ line, problems }) => ({ line, message: problemsText(problems) })));
    if (group.batch === undefined) continue;
    tables.push(Float32Array.from((await slot.run(group.batch)).answers));
    answered.push(...group.accepted.map(({ line }) => byLine.get(line)!));
  }
  const probabilities = new Float32Array(tables.reduce((sum, { length }) => sum + length, 0));
  tables.reduce((at, part) => {
    probabilities.set(part, at);
    return at + part.length;
  }, 0);
  refused.sort((a, b) => a.line - b.line);
  return {
    labels: answered.map(({ label }) => label),
    places: answered.map(({ place }) => place),
    probabilities,
    refused,
  };
}

// eslint-disable-next-line @typescript-eslint/require-await -- what sifts lines takes a file that is read as a stream
async function* toAsync<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

function measure(
  { signature, metrics }: Manifest,
  labels: readonly number[],
  probabilities: Float32Array,
  decide: Decide,
) {
  const classes = signature.classes.map(({ label }) => label);
  const temperature = metrics.heldOut?.calibration?.temperature ?? 1;
  const calibration = calibrationOf(labels, probabilities, temperature, decide);
  const assessment: Judgement = judge(labels, probabilities, signature, seededRandom(SEED), decide);
  return { evaluation: { ...evaluate(labels, probabilities, classes, decide), calibration }, assessment };
}

/** A number where the cell is one, so that many of them are cut into ranges. */
function sliceValue(table: Table, column: string, place: number, missing: ReadonlySet<string>): Value {
  const cell = cellsOf(table, column)[place]!;
  if (missing.has(cell)) return null;
  const number = Number(cell);
  return Number.isFinite(number) ? number : cell;
}

function leftText(
  { unlabelled, refused }: { readonly unlabelled: number; readonly refused: number },
  problems: readonly Refused[],
  target: string,
): string[] {
  const lines = problems.slice(0, SHOWN).map(({ line, message }) => `  line ${line}: ${message}`);
  return [
    ...(unlabelled === 0 ? [] : [`${unlabelled} rows have no ${target} and are left out.`]),
    ...(refused === 0 ? [] : [[`${refused} rows are refused and left out:`, ...lines].join('\n')]),
  ];
}
