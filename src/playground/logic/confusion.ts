export interface Confusion {
  /** Rows that have both a true class and a prediction. */
  readonly rows: number;
  readonly accuracy: number;
  /** `matrix[true][predicted]`, in the order of the labels. */
  readonly matrix: readonly (readonly number[])[];
}

/** Holds predictions against true labels; pairs with anything unknown are left out. Null where no pair is left. */
export function confusionOf(
  labels: readonly string[],
  pairs: readonly (readonly [truth: string | undefined, predicted: string | undefined])[],
): Confusion | null {
  const places = new Map(labels.map((label, index) => [label, index]));
  const matrix = labels.map(() => labels.map(() => 0));
  let [rows, right] = [0, 0];
  for (const [truth, predicted] of pairs) {
    const [at, to] = [places.get(truth ?? ''), places.get(predicted ?? '')];
    if (at === undefined || to === undefined) continue;
    matrix[at]![to]! += 1;
    rows += 1;
    if (at === to) right += 1;
  }
  return rows === 0 ? null : { rows, accuracy: right / rows, matrix };
}
