import type { DriftSettings } from '../core/app-config.js';
import { countsShape } from './counts.js';
import type { KeptVersion } from './drift-file.js';
import type { CountedVersion } from './drift.observer.js';
import { judge } from './judge.js';
import type { DriftReference } from './reference.js';
import type { DriftVerdict, SubjectState } from './verdict.js';

/** Fewer rows are never tested: the approximations of the tests are for many. */
const LEAST_ROWS = 100;

interface ClosedWindow {
  readonly from: number;
  readonly to: number;
  readonly counts: readonly number[];
}

/** Subjects that came into a state, or left it. */
export interface StateChanges {
  readonly drifting: readonly string[];
  readonly recovered: readonly string[];
}

/** The windows of one version: the one that is open, and the last one that was complete. */
export class VersionWindows {
  /** What each source had counted when it was last asked. */
  private readonly sources = new Map<string, readonly number[]>();
  private open: number[];
  private opened: number;
  private closed: ClosedWindow | null;
  private judged: DriftVerdict | undefined;

  /** @param kept what a process before this one had; ignored unless it is of the same package. */
  constructor(
    readonly model: string,
    readonly version: string,
    readonly digest: string,
    readonly reference: DriftReference,
    private readonly settings: DriftSettings,
    now: number,
    kept?: KeptVersion,
  ) {
    const { length } = countsShape(reference);
    const fits =
      kept?.digest === digest &&
      kept.open.length === length &&
      (kept.closed === null || kept.closed.counts.length === length);
    this.open = fits ? kept.open : new Array<number>(length).fill(0);
    this.opened = fits ? kept.opened : now;
    this.closed = fits ? kept.closed : null;
    if (this.closed !== null) this.judged = this.judgeOf(this.closed.counts, true);
  }

  /** The verdict of the last complete window. */
  get verdict(): DriftVerdict | undefined {
    return this.judged;
  }

  /** Adds what one source has counted since it was last asked. Gives whether there was anything. */
  add({ source, counts }: CountedVersion): boolean {
    const before = this.sources.get(source);
    this.sources.set(source, counts);
    let changed = false;
    counts.forEach((count, place) => {
      const more = count - (before?.[place] ?? 0);
      if (more === 0) return;
      changed = true;
      // A count may go back by what stood in for values that an explanation lacked.
      this.open[place] = Math.max(0, this.open[place]! + more);
    });
    return changed;
  }

  /** Forgets sources that are no more. */
  keepSources(alive: ReadonlySet<string>): void {
    for (const source of this.sources.keys()) if (!alive.has(source)) this.sources.delete(source);
  }

  /** Completes the window when it is due, and gives what has changed by it. */
  closeWhenDue(now: number): StateChanges | undefined {
    const rows = this.open[0]!;
    const { rows: wanted, seconds } = this.settings;
    const late = now - this.opened >= seconds * 1_000 && rows >= LEAST_ROWS;
    if (rows < wanted && !late) return undefined;
    const before = statesOf(this.judged);
    this.closed = { from: this.opened, to: now, counts: this.open };
    this.judged = this.judgeOf(this.open, true);
    this.open = this.open.map(() => 0);
    this.opened = now;
    const after = statesOf(this.judged);
    const changed = (state: SubjectState) =>
      [...after].filter(([name, is]) => is === state && before.get(name) !== state).map(([name]) => name);
    return {
      drifting: changed('drifting'),
      recovered: changed('ok').filter((name) => before.get(name) === 'drifting'),
    };
  }

  keep(): KeptVersion {
    const { model, version, digest, opened, open, closed } = this;
    return { model, version, digest, opened, open, closed: closed && { ...closed, counts: [...closed.counts] } };
  }

  /** As the API shows it: the last complete window, or what has come so far. */
  describe(): DriftOfVersion {
    const { model, version, digest, opened, open, closed, settings } = this;
    return {
      model,
      version,
      digest,
      state: this.state(),
      significance: settings.significance,
      correction: 'holm',
      window:
        closed === null
          ? null
          : {
              rows: closed.counts[0]!,
              from: new Date(closed.from).toISOString(),
              to: new Date(closed.to).toISOString(),
            },
      collecting: {
        rows: open[0]!,
        since: new Date(opened).toISOString(),
        untilRows: settings.rows,
        untilSeconds: settings.seconds,
      },
      ...(this.judged ?? this.judgeOf(open, false)),
    };
  }

  private state(): DriftOfVersion['state'] {
    if (this.judged === undefined) return 'collecting';
    return [...statesOf(this.judged).values()].includes('drifting') ? 'drifting' : 'ok';
  }

  private judgeOf(counts: readonly number[], closed: boolean): DriftVerdict {
    return judge(this.reference, counts, this.settings.significance, closed);
  }
}

export interface DriftOfVersion extends DriftVerdict {
  readonly model: string;
  readonly version: string;
  readonly digest: string;
  readonly state: 'ok' | 'drifting' | 'collecting';
  readonly significance: number;
  readonly correction: 'holm';
  readonly window: { readonly rows: number; readonly from: string; readonly to: string } | null;
  readonly collecting: {
    readonly rows: number;
    readonly since: string;
    readonly untilRows: number;
    readonly untilSeconds: number;
  };
}

/** State by subject. */
export function statesOf(verdict: DriftVerdict | undefined): Map<string, SubjectState> {
  if (verdict === undefined) return new Map();
  return new Map([
    ...verdict.features.map(({ name, state }) => [`feature ${name}`, state] as const),
    ['the predicted classes', verdict.predictions.classes.state],
    ['the confidence', verdict.predictions.confidence.state],
  ]);
}
