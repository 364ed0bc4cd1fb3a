/** Answers to rows whose class is known. */
export interface Part {
  /** Class index of each row. */
  readonly labels: readonly number[];
  /** Shape [rows, classes], row-major. */
  readonly probabilities: Float32Array;
}

/** Row indices of two halves: every other row of each class. */
export function halvesOf(labels: readonly number[]): [number[], number[]] {
  const halves: [number[], number[]] = [[], []];
  const seen = new Map<number, number>();
  labels.forEach((label, row) => {
    const turn = seen.get(label) ?? 0;
    seen.set(label, turn + 1);
    halves[turn % 2 === 0 ? 0 : 1].push(row);
  });
  return halves;
}

/** Some of the rows. */
export function partOf(rows: readonly number[], labels: readonly number[], probabilities: Float32Array): Part {
  const classes = probabilities.length / labels.length;
  const picked = new Float32Array(rows.length * classes);
  rows.forEach((row, at) => {
    picked.set(probabilities.subarray(row * classes, (row + 1) * classes), at * classes);
  });
  return { labels: rows.map((row) => labels[row]!), probabilities: picked };
}
