import type { ColumnProfile } from './column-profile.js';

/** What is known of a class by this part of the rows is suspicious. */
const DECIDES = 0.999;

/**
 * Why the column may hold the answer itself: it decides the class of every row that has a value. A category decides
 * where all its rows are of one class, a number where each class is one stretch of the numbers.
 *
 * @param labels class of each row.
 */
export function leaks({ kind, values, counts }: ColumnProfile, labels: readonly string[]): string | undefined {
  const present = [...values.keys()].filter((row) => values[row] !== null);
  const classes = new Set(labels).size;
  const decided = kind === 'number' ? stretches(values, labels, present) : purity(values, labels, present);
  if (present.length < labels.length / 2 || decided < DECIDES) return undefined;
  // Hundreds of categories decide by being rare.
  if (kind === 'categorical' && counts.size > 3 * classes) return undefined;
  return 'alone decides the class of every row';
}

function purity(values: ColumnProfile['values'], labels: readonly string[], rows: readonly number[]): number {
  const seen = new Map<unknown, Map<string, number>>();
  for (const row of rows) {
    const counts = seen.get(values[row]) ?? new Map<string, number>();
    counts.set(labels[row]!, (counts.get(labels[row]!) ?? 0) + 1);
    seen.set(values[row], counts);
  }
  let most = 0;
  for (const counts of seen.values()) most += Math.max(...counts.values());
  return most / rows.length;
}

/** 1 where the numbers of each class lie apart from those of every other; else 0. */
function stretches(values: ColumnProfile['values'], labels: readonly string[], rows: readonly number[]): number {
  const ranges = new Map<string, [low: number, high: number]>();
  for (const row of rows) {
    const value = Number(values[row]);
    const range = ranges.get(labels[row]!);
    if (range === undefined) ranges.set(labels[row]!, [value, value]);
    else if (value < range[0]) range[0] = value;
    else if (value > range[1]) range[1] = value;
  }
  const sorted = [...ranges.values()].sort(([one], [other]) => one - other);
  return sorted.every(([low], at) => at === 0 || low > sorted[at - 1]![1]) ? 1 : 0;
}
