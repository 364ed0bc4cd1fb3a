import type { DriftSettings } from '../core/app-config.js';
import type { Poll } from '../core/ports/group-questions.js';
import type { DriftFile, DriftLog, KeptVersion } from './drift-file.js';
import type { CountedVersion } from './drift.observer.js';
import { type DriftOfVersion, VersionWindows } from './version-windows.js';

/** Every process that serves answers with its counts; asked with the digests whose reference is known. */
export const DRIFT_COUNTS = 'drift-counts';
/** The one who keeps the windows answers with how versions stand; asked with the name of a model, or null for all. */
export const DRIFT_REPORT = 'drift-report';

const ASK_EVERY_MS = 1_000;
const KEEP_EVERY_MS = 5_000;
/** Versions that are remembered though nobody has them loaded. */
const KEPT_UNLOADED = 32;
/** Names that a log line tells. */
const NAMED = 10;

type AskCounts = (known: readonly string[]) => Promise<Poll<readonly CountedVersion[]>>;

/** Keeps the windows of all versions for the whole group: in its supervisor, or in the process that is alone. */
export class DriftKeeper {
  private readonly windows = new Map<string, VersionWindows>();
  private unclaimed = new Map<string, KeptVersion>();
  private timer: NodeJS.Timeout | undefined;
  private working: Promise<void> | undefined;
  private changed = false;
  private lastKept = 0;
  /** Milliseconds of the clock. What is counted for the first time came after it. */
  private lastLook = 0;

  constructor(
    private readonly settings: DriftSettings,
    private readonly ask: AskCounts,
    private readonly file: DriftFile,
    private readonly log: DriftLog,
    private readonly now: () => number = Date.now,
  ) {}

  async start(): Promise<void> {
    const kept = await this.file.read();
    this.unclaimed = new Map(kept.map((one) => [keyOf(one), one]));
    this.lastLook = this.now();
    this.timer = setInterval(() => void this.look(), ASK_EVERY_MS).unref();
  }

  /** Takes what was counted last, and writes it down. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.working;
    await this.look();
    await this.keep();
  }

  report(model: string | null): DriftOfVersion[] {
    return [...this.windows.values()]
      .filter((one) => model === null || one.model === model)
      .map((one) => one.describe());
  }

  /** Asks everyone once, and completes the windows that are due. */
  look(): Promise<void> {
    this.working ??= this.gather().finally(() => {
      this.working = undefined;
    });
    return this.working;
  }

  private async gather(): Promise<void> {
    const began = this.now();
    const { answers, asked } = await this.ask([...this.windows.values()].map(({ digest }) => digest));
    const counted = answers.flat();
    for (const one of counted) {
      if (this.windowsOf(one)?.add(one) === true) this.changed = true;
    }
    this.lastLook = began;
    // Where somebody did not answer in time, nobody is known to be gone.
    if (answers.length === asked && asked > 0) this.forget(counted);
    for (const windows of this.windows.values()) this.close(windows);
    if (this.changed && this.now() - this.lastKept >= KEEP_EVERY_MS) await this.keep();
  }

  private windowsOf({ model, version, digest, reference }: CountedVersion): VersionWindows | undefined {
    const key = keyOf({ model, version });
    const found = this.windows.get(key);
    if (found?.digest === digest) return found;
    // The reference comes with the next answer where another process has only just changed the package.
    if (reference === undefined) return undefined;
    const kept = this.unclaimed.get(key);
    this.unclaimed.delete(key);
    const windows = new VersionWindows(model, version, digest, reference, this.settings, this.lastLook, kept);
    this.windows.set(key, windows);
    return windows;
  }

  private forget(counted: readonly CountedVersion[]): void {
    const sources = new Set(counted.map(({ source }) => source));
    const loaded = new Set(counted.map(keyOf));
    for (const [key, windows] of this.windows) {
      windows.keepSources(sources);
      if (loaded.has(key)) continue;
      this.windows.delete(key);
      this.unclaimed.set(key, windows.keep());
    }
    for (const key of [...this.unclaimed.keys()].slice(0, -KEPT_UNLOADED)) this.unclaimed.delete(key);
  }

  private close(windows: VersionWindows): void {
    const changes = windows.closeWhenDue(this.now());
    if (changes === undefined) return;
    this.changed = true;
    this.lastKept = 0;
    const { model, version } = windows;
    if (changes.drifting.length > 0) this.log.warn(`Drift of ${model} ${version}: ${listed(changes.drifting)}.`);
    if (changes.recovered.length > 0) {
      this.log.info(`Drift of ${model} ${version} is over: ${listed(changes.recovered)}.`);
    }
  }

  private async keep(): Promise<void> {
    this.changed = false;
    this.lastKept = this.now();
    const kept = [...this.windows.values()].map((windows) => windows.keep());
    await this.file.write([...this.unclaimed.values(), ...kept]);
  }
}

function keyOf({ model, version }: { readonly model: string; readonly version: string }): string {
  return `${model}@${version}`;
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMED;
  return names.slice(0, NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
