import { type Cumulative, runningTotals } from './statistics.js';

/**
 * The different ones among `deciles` (of `total` numbers, interpolated linearly between neighbours as type 7 does), and what
 * they tell of the numbers: how many lie below each, at most, and up to it, at least. Where a number occurs often, deciles do
 * not say how often, so the two differ.
 */
export function decileKnowledge(
  deciles: readonly number[],
  total: number,
): { readonly edges: readonly number[]; readonly known: Cumulative } {
  const edges = [...new Set(deciles)];
  const last = Math.max(deciles.length - 1, 1);
  const place = (decile: number) => (decile * (total - 1)) / last;
  const below = edges.map((edge) => Math.ceil(place(deciles.indexOf(edge))));
  const upTo = edges.map((edge) => Math.floor(place(deciles.lastIndexOf(edge))) + 1);
  return { edges, known: { total, below, upTo } };
}

/** Cells that numbers are counted in: below the first edge, at it, between it and the next one, and so on. */
export function cellsOf(edges: ArrayLike<number>): number {
  return 2 * edges.length + 1;
}

/** The cell of a number. NaN belongs below all. */
export function cellOf(edges: ArrayLike<number>, value: number): number {
  const { length } = edges;
  let edge = 0;
  while (edge < length && value > edges[edge]!) edge += 1;
  return edge < length && value === edges[edge] ? 2 * edge + 1 : 2 * edge;
}

/** How many of the counted numbers lie below each edge, and up to it. */
export function cumulate(cells: readonly number[]): Cumulative {
  const sums = runningTotals(cells);
  const edges = Array.from({ length: (cells.length - 1) / 2 }, (_, edge) => edge);
  return {
    total: sums.at(-1) ?? 0,
    below: edges.map((edge) => sums[2 * edge]!),
    upTo: edges.map((edge) => sums[2 * edge + 1]!),
  };
}

/** A range of numbers, with its share of each sample: above `from`, up to `to`; or the one number that both are. */
export interface NumberBin {
  readonly from: number | null;
  readonly to: number | null;
  readonly reference: number;
  readonly window: number;
}

/**
 * The two samples in bins: between the edges and beyond them, and a bin of its own for each number that several deciles fall on. Counts
 * of the reference are as near as the deciles tell.
 */
export function binsOf(edges: readonly number[], known: Cumulative, window: Cumulative): NumberBin[] {
  const bins: NumberBin[] = [];
  const { length } = edges;
  let [from, before, seen] = [null as number | null, 0, 0];
  const close = (to: number | null, reference: number, counted: number): void => {
    bins.push({ from, to, reference: Math.max(0, reference - before), window: counted - seen });
    [from, before, seen] = [to, reference, counted];
  };
  edges.forEach((edge, place) => {
    const repeated = known.upTo[place]! - known.below[place]! > 1;
    if (place === 0) close(edge, 0, window.below[0]!);
    else if (repeated) close(edge, known.below[place]!, window.below[place]!);
    const last = place === length - 1 ? known.total : known.upTo[place]!;
    if (repeated) {
      // A bin that holds the edge alone.
      from = edge;
      close(edge, last, window.upTo[place]!);
    } else if (place > 0) close(edge, last, window.upTo[place]!);
  });
  close(null, known.total, window.total);
  return bins;
}
