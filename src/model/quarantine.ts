import type { StoredPackage } from '../core/ports/model-store.js';

/** A package that could not be activated, as it was when that was first noticed. */
interface Suspect {
  readonly revision: string;
  /** On the monotonic clock, in milliseconds. */
  readonly since: number;
  readonly again: NodeJS.Timeout;
}

/** Packages that cannot be activated, and whose files may still be arriving: they have not stood still for long enough. */
export class Quarantine {
  private readonly suspects = new Map<string, Suspect>();

  /**
   * @param quietMs a package that has not changed for so long is as it will stay.
   * @param release called when a package has stood still for that time, so that it is looked at once more.
   */
  constructor(
    private readonly quietMs: number,
    private readonly release: () => void,
  ) {}

  /** Whether the package is one of them; one that is asked for the first time, or has changed since, is. */
  holds({ name, version, revision }: StoredPackage): boolean {
    const key = `${name}@${version}`;
    const known = this.suspects.get(key);
    if (known?.revision === revision) {
      // NOTE: a timer may come a moment before its time, and nobody would ask again.
      return performance.now() - known.since < this.quietMs - 1;
    }
    clearTimeout(known?.again);
    const again = setTimeout(this.release, this.quietMs).unref();
    this.suspects.set(key, { revision, since: performance.now(), again });
    return true;
  }

  close(): void {
    for (const { again } of this.suspects.values()) clearTimeout(again);
    this.suspects.clear();
  }
}
