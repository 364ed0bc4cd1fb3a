import type { Prediction } from '../core/prediction.js';
import type { KeptBatch, Source } from './store/messages.js';
import { NO_ANSWER, packAnswer } from './store/packed-answer.js';

const FIRST_ROWS = 256;

/** Predictions on their way to the store, in as few objects as can be: they are made for every request. */
export class KeptPredictions {
  /** Rows that were answered. */
  rows = 0;
  private readonly sources: Source[] = [];
  private readonly sourceIndex = new Map<string, number>();
  private readonly ids: string[] = [];
  private readonly from: number[] = [];
  private readonly lengths: number[] = [];
  private answers = new Uint32Array(FIRST_ROWS);
  private used = 0;

  /** @param positions the place of each row in the request, where some were refused. */
  add(prediction: Prediction, caller: string, positions?: readonly number[]): void {
    const { id, winners, probabilities, classes } = prediction;
    const rows = winners.length;
    const width = classes.length;
    const length = positions === undefined ? rows : positions[rows - 1]! + 1;
    this.makeRoom(length);
    const { answers, used } = this;
    if (positions !== undefined) answers.fill(NO_ANSWER, used, used + length);
    for (let row = 0; row < rows; row += 1) {
      const winner = winners[row]!;
      const place = positions === undefined ? row : positions[row]!;
      answers[used + place] = packAnswer(winner, probabilities[row * width + winner]!);
    }
    this.used += length;
    this.rows += rows;
    this.ids.push(id);
    this.from.push(this.source(prediction, caller));
    this.lengths.push(length);
  }

  take(): KeptBatch & { readonly answers: Uint32Array<ArrayBuffer> } {
    const { sources, ids, from, lengths } = this;
    return { sources, ids, from, lengths, answers: this.answers.slice(0, this.used) };
  }

  private source({ model, version, classes }: Prediction, caller: string): number {
    const key = `${model}@${version}:${caller}`;
    let index = this.sourceIndex.get(key);
    if (index === undefined) {
      index = this.sources.push({ model, version, classes: classes.map(({ label }) => label), caller }) - 1;
      this.sourceIndex.set(key, index);
    }
    return index;
  }

  private makeRoom(length: number): void {
    if (this.used + length <= this.answers.length) return;
    const larger = new Uint32Array(Math.max(2 * this.answers.length, this.used + length));
    larger.set(this.answers.subarray(0, this.used));
    this.answers = larger;
  }
}
