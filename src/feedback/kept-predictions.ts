import type { Prediction } from '../core/prediction.js';
import type { KeptBatch, Source } from './store/messages.js';
import { NO_ANSWER, packAnswer } from './store/packed-answer.js';

const FIRST_ROWS = 256;

/** Predictions on their way to the store, in as few objects as can be: they are made for every request. */
export class KeptPredictions {
  /** Rows that were answered. */
  rows = 0;
  private readonly sources: Source[] = [];
  /** Places of the sources, by the classes and the caller: each loaded version has classes of its own. */
  private readonly places = new Map<Prediction['classes'], Map<string, number>>();
  private readonly ids: string[] = [];
  private readonly entries: number[] = [];
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
    this.entries.push(this.source(prediction, caller), length);
  }

  take(): KeptBatch {
    const { sources, ids, entries } = this;
    return {
      sources,
      ids: ids.join(''),
      entries: Uint32Array.from(entries),
      answers: this.answers.slice(0, this.used),
    };
  }

  private source({ model, version, classes }: Prediction, caller: string): number {
    let callers = this.places.get(classes);
    if (callers === undefined) {
      callers = new Map();
      this.places.set(classes, callers);
    }
    let place = callers.get(caller);
    if (place === undefined) {
      place = this.sources.push({ model, version, classes: classes.map(({ label }) => label), caller }) - 1;
      callers.set(caller, place);
    }
    return place;
  }

  private makeRoom(length: number): void {
    if (this.used + length <= this.answers.length) return;
    const larger = new Uint32Array(Math.max(2 * this.answers.length, this.used + length));
    larger.set(this.answers.subarray(0, this.used));
    this.answers = larger;
  }
}
