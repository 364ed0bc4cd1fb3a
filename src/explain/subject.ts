import type { Cancellation } from '../core/cancellation.js';
import { type InputProblem, TensornestError } from '../core/errors.js';
import type { RowLocator } from '../core/prediction.js';
import type { Row } from '../core/signature.js';
import { explainRow } from '../encoding/row-dto.js';
import type { Slot } from '../model/slot.js';
import { TabularSlot } from '../model/tabular-slot.js';
import { refusal } from '../prediction/refusal.js';
import { type Background, backgroundOf } from './background.js';

/** Rows of one execution on behalf of an explanation: small enough to let predictions in between. */
const SLICE_ROWS = 1_024;

const backgrounds = new WeakMap<TabularSlot, Background>();

/** A classifier that is asked about rows that nobody sent, to learn how it comes to its answers. */
export class Subject {
  private constructor(
    readonly slot: TabularSlot,
    private readonly cancellation: Cancellation | undefined,
  ) {}

  /** Throws `unsupported` for a model that takes tensors. */
  static of(slot: Slot, cancellation?: Cancellation): Subject {
    if (slot instanceof TabularSlot) return new Subject(slot, cancellation);
    const { name } = slot.manifest;
    throw new TensornestError('unsupported', `Model ${name} takes tensors: only classifiers of rows are explained.`);
  }

  get manifest() {
    return this.slot.manifest;
  }

  get signature() {
    return this.manifest.signature;
  }

  get background(): Background {
    let background = backgrounds.get(this.slot);
    if (background === undefined) {
      background = backgroundOf(this.manifest, this.slot.golden);
      backgrounds.set(this.slot, background);
    }
    return background;
  }

  /** The rows as the signature takes them. Throws `invalid-input` with every problem. */
  accept(rows: readonly unknown[], locator: RowLocator): readonly Row[] {
    const problems = rows.flatMap((row, index) =>
      explainRow(this.signature, row).map(({ field, ...problem }): InputProblem => ({
        pointer: locator.at(index, field),
        ...problem,
      })),
    );
    if (problems.length > 0) throw refusal(problems);
    return rows as readonly Row[];
  }

  /** Index of the class with this label. Throws `invalid-input` at `pointer`. */
  classIndex(label: string, pointer: string): number {
    const labels = this.signature.classes.map((known) => known.label);
    const index = labels.indexOf(label);
    if (index !== -1) return index;
    const message = `must be one of ${labels.map((known) => JSON.stringify(known)).join(', ')}`;
    throw refusal([{ pointer, code: 'not-allowed', message, allowed: labels }]);
  }

  /** Probabilities of rows that the signature accepts: shape [rows, classes]. */
  async probabilities(rows: readonly Row[]): Promise<Float32Array> {
    const width = this.signature.classes.length;
    const all = new Float32Array(rows.length * width);
    for (let from = 0; from < rows.length; from += SLICE_ROWS) {
      const batch = this.slot.encoder.encode(rows.slice(from, from + SLICE_ROWS));
      if (batch === undefined) throw new TensornestError('internal', 'A made-up row was refused. This is a bug.');
      const { answers } = await this.slot.run(batch, this.cancellation);
      all.set(answers, from * width);
    }
    return all;
  }
}
