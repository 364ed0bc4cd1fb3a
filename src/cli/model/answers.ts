import { stringify } from 'csv-stringify/sync';
import { MILLION } from '../../core/decimals.js';
import type { Signature } from '../../core/signature.js';
import type { TabularSlot } from '../../model/tabular-slot.js';
import type { RowFormat } from '../rows/row-format.js';
import type { RefusedRow, Sifted } from '../rows/sift.js';

/** The answer to one row, in the words of the REST door. `line` is where the row starts in its file. */
export interface Answer {
  readonly line: number;
  readonly class: number;
  readonly label: string;
  readonly probability: number;
  /** By label. */
  readonly probabilities: Readonly<Record<string, number>>;
}

/** What became of some rows of a file. */
export interface Answered {
  readonly answers: readonly Answer[];
  readonly refused: readonly RefusedRow[];
}

/** Predicts the rows that were accepted. */
export async function answer(slot: TabularSlot, { accepted, refused, batch }: Sifted): Promise<Answered> {
  if (batch === undefined) return { answers: [], refused };
  const { answers } = await slot.run(batch);
  const labels = slot.manifest.signature.classes.map(({ label }) => label);
  const winners = slot.decide(answers, accepted.length);
  return { answers: accepted.map(({ line }, row) => answerOf(line, row, winners[row]!, answers, labels)), refused };
}

function answerOf(line: number, row: number, winner: number, table: Float32Array, labels: readonly string[]): Answer {
  const probabilities = labels.map((_, column) => sixDecimals(table[row * labels.length + column]!));
  return {
    line,
    class: winner,
    label: labels[winner]!,
    probability: probabilities[winner]!,
    probabilities: Object.fromEntries(labels.map((label, column) => [label, probabilities[column]!])),
  };
}

function sixDecimals(value: number): number {
  return Math.round(value * MILLION) / MILLION;
}

/** What stands before the answers in a file of `format`. */
export function headOf(format: RowFormat, { classes }: Signature): string {
  if (format === 'jsonl') return '';
  return stringify([['line', 'class', 'label', 'probability', ...classes.map(({ label }) => `probability:${label}`)]]);
}

/** The answers as lines of a file of `format`. */
export function linesOf(format: RowFormat, answers: readonly Answer[]): string {
  if (format === 'jsonl') return answers.map((row) => `${JSON.stringify(row)}\n`).join('');
  return stringify(
    answers.map(({ probabilities, ...row }) => [
      row.line,
      row.class,
      row.label,
      row.probability,
      ...Object.values(probabilities),
    ]),
  );
}
