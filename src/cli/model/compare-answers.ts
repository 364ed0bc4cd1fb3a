import type { TabularSlot } from '../../model/tabular-slot.js';
import type { Inputs } from './diff-inputs.js';

/** What one model says of an input. */
interface Verdict {
  readonly label: string;
  readonly probability: number;
}

export interface ChangedInput {
  readonly input: unknown;
  readonly before: Verdict;
  readonly after: Verdict;
}

/** How two models answer the same inputs. */
export interface Comparison {
  readonly inputs: number;
  /** Inputs whose class differs. */
  readonly changed: number;
  /** Share of the inputs whose class is the same, 0 to 1; 1 for no inputs. */
  readonly agreement: number;
  /** Largest difference of one probability. */
  readonly largestChange: number;
  /** Class labels, in the order of the first model. */
  readonly labels: readonly string[];
  /** Counts of inputs: a row for each class of the first model, a column for each class of the second. */
  readonly confusionMatrix: readonly (readonly number[])[];
  /** The first inputs whose class differs. */
  readonly examples: readonly ChangedInput[];
}

/**
 * Runs both models, whose signatures accept the same rows, on `groups` of accepted rows.
 *
 * @param most examples to keep.
 */
export async function compareAnswers(
  before: TabularSlot,
  after: TabularSlot,
  groups: Inputs['groups'],
  most: number,
): Promise<Comparison> {
  const labels = labelsOf(before);
  // Classes are the same by name; their places may differ.
  const places = labels.map((label) => labelsOf(after).indexOf(label));
  const tally = new Tally(labels, most);
  for await (const rows of groups) {
    const [first, second] = [await answersOf(before, rows), await answersOf(after, rows)];
    const now = after.decide(second, rows.length).map((winner) => places.indexOf(winner));
    tally.add(
      rows,
      { table: first, winners: before.decide(first, rows.length) },
      { table: rearrange(second, places), winners: now },
    );
  }
  return tally.result();
}

/** What a model says of some rows, with the classes in the order of the first model. */
interface Answers {
  /** Shape [rows, labels], row-major. */
  readonly table: Float32Array;
  readonly winners: Int32Array;
}

class Tally {
  private inputs = 0;
  private changed = 0;
  private largestChange = 0;
  private readonly confusionMatrix: number[][];
  private readonly examples: ChangedInput[] = [];

  constructor(
    private readonly labels: readonly string[],
    private readonly most: number,
  ) {
    this.confusionMatrix = labels.map(() => labels.map(() => 0));
  }

  add(rows: readonly unknown[], first: Answers, second: Answers): void {
    first.table.forEach((value, index) => {
      this.largestChange = Math.max(this.largestChange, Math.abs(value - second.table[index]!));
    });
    rows.forEach((input, row) => {
      const [was, is] = [first.winners[row]!, second.winners[row]!];
      this.confusionMatrix[was]![is]! += 1;
      if (was === is) return;
      this.changed += 1;
      if (this.examples.length >= this.most) return;
      this.examples.push({
        input,
        before: this.verdict(first.table, row, was),
        after: this.verdict(second.table, row, is),
      });
    });
    this.inputs += rows.length;
  }

  result(): Comparison {
    const { inputs, changed, largestChange, labels, confusionMatrix, examples } = this;
    const agreement = inputs === 0 ? 1 : 1 - changed / inputs;
    return { inputs, changed, agreement, largestChange, labels, confusionMatrix, examples };
  }

  private verdict(table: Float32Array, row: number, winner: number): Verdict {
    return { label: this.labels[winner]!, probability: table[row * this.labels.length + winner]! };
  }
}

function labelsOf({ manifest }: TabularSlot): string[] {
  return manifest.signature.classes.map(({ label }) => label);
}

async function answersOf(slot: TabularSlot, rows: readonly unknown[]): Promise<Float32Array> {
  const batch = slot.encoder.encode(rows);
  if (batch === undefined) throw new Error('Signatures that match refuse different rows. This is a bug.');
  return (await slot.run(batch)).answers;
}

/** The columns of a [rows, columns] table in another order: `places` says where each one comes from. */
function rearrange(table: Float32Array, places: readonly number[]): Float32Array {
  const width = places.length;
  return table.map((_, index) => table[index - (index % width) + places[index % width]!]!);
}
