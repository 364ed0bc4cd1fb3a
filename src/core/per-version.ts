/** What everything is counted under that came to no model that is served. Never the name of one. */
export const UNKNOWN = '_unknown';

/** What the versions are counted under together that were not heard of for the longest time. */
export const RETIRED = '_retired';

/** Versions of a model that have counts of their own. */
const KEPT = 8;

interface Entry<T> {
  readonly counts: T;
  /** When it was asked for, counted in askings. */
  lastAsked: number;
}

/**
 * Counts by model and version, of which there may be any number over a long life: beyond eight of a model, those that were
 * not asked for longest are added to `_retired`, so that sums stay right and their number bounded.
 */
export class PerVersion<T> {
  private readonly models = new Map<string, Map<string, Entry<T>>>();
  private askings = 0;

  /** `merge` adds the second to the first. */
  constructor(private readonly merge: (into: T, from: T) => void) {}

  /** Makes the counts of a version that has none yet. */
  of(model: string, version: string, make: () => T): T {
    let versions = this.models.get(model);
    if (versions === undefined) {
      versions = new Map();
      this.models.set(model, versions);
    }
    let entry = versions.get(version);
    if (entry === undefined) {
      if (version !== RETIRED && countOf(versions) === KEPT) this.retireOne(model, versions, make);
      entry = { counts: make(), lastAsked: 0 };
      versions.set(version, entry);
    }
    this.askings += 1;
    entry.lastAsked = this.askings;
    return entry.counts;
  }

  *entries(): Iterable<readonly [model: string, version: string, counts: T]> {
    for (const [model, versions] of this.models) {
      for (const [version, { counts }] of versions) yield [model, version, counts];
    }
  }

  private retireOne(model: string, versions: Map<string, Entry<T>>, make: () => T): void {
    let oldest: readonly [string, Entry<T>] | undefined;
    for (const named of versions) {
      if (named[0] !== RETIRED && (oldest === undefined || named[1].lastAsked < oldest[1].lastAsked)) oldest = named;
    }
    if (oldest === undefined) return;
    versions.delete(oldest[0]);
    this.merge(this.of(model, RETIRED, make), oldest[1].counts);
  }
}

function countOf(versions: ReadonlyMap<string, unknown>): number {
  return versions.size - (versions.has(RETIRED) ? 1 : 0);
}
