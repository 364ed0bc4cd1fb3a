/** A value that a feature may be changed to. */
export interface Option {
  readonly value: string | number;
  /** How far it is from the value that the row has; above 0. */
  readonly distance: number;
}

export interface Change {
  /** Index of the feature. */
  readonly feature: number;
  readonly value: string | number;
  readonly distance: number;
}

/** What the model says of a changed row. */
export interface Verdict {
  /** The wanted class wins. */
  readonly flipped: boolean;
  /** Probability of the wanted class; guides the search. */
  readonly score: number;
}

/** Asks the model about the row with each of these sets of changes. */
export type Try = (candidates: readonly (readonly Change[])[]) => Promise<readonly Verdict[]>;

export interface SearchLimits {
  /** Most features that are changed. */
  readonly changes: number;
  /** Most rows of the model that the search may take. */
  readonly rows: number;
}

export interface Found {
  readonly changes: readonly Change[];
  /** Every set of as many changes was tried, so there is no nearer one among the options. */
  readonly exhaustive: boolean;
}

/** Sets of changes that are built upon when not all can be. */
const BEAM = 64;
const HALVINGS = 12;

/**
 * The fewest changes, and among those the nearest, after which the wanted class wins; undefined when none was found. All
 * sets of one change are tried, then of two, and so on; from the size on at which `limits.rows` would not do, the most
 * promising ones are built upon (a beam search).
 * @param options of each feature; none for a feature that must stay
 */
export async function searchCounterfactual(
  options: readonly (readonly Option[])[],
  limits: SearchLimits,
  attempt: Try,
): Promise<Found | undefined> {
  let left = limits.rows;
  let beam: (readonly Change[])[] = [[]];
  let exhaustive = true;
  const values = options.reduce((sum, { length }) => sum + length, 0);
  for (let size = 1; size <= limits.changes && left > 0; size += 1) {
    // Each set of this size comes from `size` smaller ones. Counted first: all of them might not fit into memory.
    if ((beam.length * values) / size > left) {
      exhaustive = false;
      beam = beam.slice(0, BEAM);
    }
    const candidates = extend(beam, options).slice(0, left);
    if (candidates.length === 0) return undefined;
    left -= candidates.length;
    const verdicts = await attempt(candidates);
    const best = nearest(candidates.filter((_, index) => verdicts[index]!.flipped));
    if (best !== undefined) return { changes: best, exhaustive };
    const order = candidates.map((_, index) => index).sort((a, b) => verdicts[b]!.score - verdicts[a]!.score);
    beam = order.map((index) => candidates[index]!);
  }
  return undefined;
}

/** Each set with one more feature changed; sets of the same features and values come up once. */
function extend(sets: readonly (readonly Change[])[], options: readonly (readonly Option[])[]): Change[][] {
  const extended = new Map<string, Change[]>();
  for (const set of sets) {
    options.forEach((values, feature) => {
      if (set.some((change) => change.feature === feature)) return;
      for (const option of values) {
        const next = [...set, { feature, ...option }].sort((a, b) => a.feature - b.feature);
        extended.set(next.map((change) => `${change.feature}=${change.value}`).join('\0'), next);
      }
    });
  }
  return [...extended.values()];
}

function nearest(sets: readonly (readonly Change[])[]): readonly Change[] | undefined {
  const total = (set: readonly Change[]) => set.reduce((sum, { distance }) => sum + distance, 0);
  return sets.reduce<readonly Change[] | undefined>(
    (best, set) => (best === undefined || total(set) < total(best) ? set : best),
    undefined,
  );
}

/**
 * Moves the changed numbers back towards the row's own as far as the wanted class still wins, one after the other, by
 * bisection.
 * @param between the option `share` of the way from the row's own value (0) to the changed one (1), or undefined where there
 * is nothing between
 */
export async function tighten(
  changes: readonly Change[],
  between: (change: Change, share: number) => Option | undefined,
  attempt: Try,
): Promise<readonly Change[]> {
  let current = changes;
  for (const change of changes) {
    let [stays, flips] = [0, 1];
    for (let halving = 0; halving < HALVINGS; halving += 1) {
      const share = (stays + flips) / 2;
      const option = between(change, share);
      if (option === undefined) break;
      const tried = current.map((other) => (other.feature === change.feature ? { ...other, ...option } : other));
      const [verdict] = await attempt([tried]);
      if (verdict!.flipped) {
        flips = share;
        current = tried;
      } else {
        stays = share;
      }
    }
  }
  return current;
}
