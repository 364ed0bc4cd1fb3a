import { type Cumulative, runningTotals } from './statistics.js';

/** By decile: how many of the numbers lie below it, and up to it. */
type CountsAtDeciles = Pick<Cumulative, 'below' | 'upTo'>;

/**
 * The different ones among `deciles` (of `total` numbers, interpolated linearly between neighbours as type 7 does), and what is
 * known of the numbers there: how many lie below each, and up to it. Packages that do not tell have only what deciles say, "at
 * most" and "at least": not how often a number occurs that they fall on.
 */
export function decileKnowledge(
  deciles: readonly number[],
  total: number,
  exact?: CountsAtDeciles,
): { readonly edges: readonly number[]; readonly known: Cumulative } {
  const edges = [...new Set(deciles)];
  if (exact !== undefined) {
    const places = edges.map((edge) => deciles.indexOf(edge));
    const at = (counts: readonly number[]) => places.map((decile) => counts[decile]!);
    return { edges, known: { total, below: at(exact.below), upTo: at(exact.upTo) } };
  }
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
 * The two samples in bins: between the edges and beyond them, and a bin of its own for each number that more than a twentieth of the
 * reference is. Counts of the reference are as near as the package tells.
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
    const repeated = known.upTo[place]! - known.below[place]! > Math.max(1, known.total / 20);
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
