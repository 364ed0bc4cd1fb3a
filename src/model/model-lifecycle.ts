import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../core/app-config.js';
import { reasonOf, refusalFrom, type TensornestError } from '../core/errors.js';
import { BACKEND_SOURCE, type BackendSource, type InferenceBackend } from '../core/ports/inference-backend.js';
import { MODEL_STORE, type ModelStore, type PackageRef, type StoredPackage } from '../core/ports/model-store.js';
import { placementOf } from '../core/placement.js';
import { policyOf, type VersionPolicy } from '../core/version-policy.js';
import { ModelMetrics } from './model.metrics.js';
import { ModelRegistry, type VersionStatus } from './model-registry.js';
import type { OpenOptions } from './open-options.js';
import { openSlot } from './open-slot.js';
import { type ModelPackage, readPackage } from './package/reader.js';
import type { ModelChoices } from './model-choices.js';
import { choicesFor, type ServingState } from './serving-state.js';
import type { Slot } from './slot.js';
import { wantedVersions } from './wanted-versions.js';

/** How a package that cannot be activated is taken. */
export interface Patience {
  /** It may still be on its way into the store, and is then left for later. */
  readonly mayBeIncomplete: (found: StoredPackage) => boolean;
}

/** Calls damaged what cannot be activated. */
export const IMPATIENT: Patience = { mayBeIncomplete: () => false };

/** Brings versions into service and takes them out again, so that what is served is what is wanted. */
@Injectable()
export class ModelLifecycle implements OnApplicationShutdown {
  private readonly logger = new Logger('Models');
  private backend: InferenceBackend | undefined;
  /** What the store held when a version was last tried, so that the same bytes are not tried for ever. */
  private readonly tried = new Map<string, string>();
  private turn: Promise<unknown> = Promise.resolve();
  private stopped = false;

  constructor(
    @Inject(MODEL_STORE) private readonly store: ModelStore,
    @Inject(BACKEND_SOURCE) private readonly backends: BackendSource,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly registry: ModelRegistry,
    private readonly metrics: ModelMetrics,
  ) {}

  /**
   * Makes what is served what is wanted: versions that are missing are activated, then those that nobody wants any more
   * are retired. A model keeps what it has until something better is ready. Resolves when all is done.
   */
  async reconcile(state: ServingState, patience: Patience = IMPATIENT): Promise<void> {
    await this.inTurn(async () => {
      const byName = Map.groupBy(await this.store.list(), ({ name }) => name);
      for (const [name, stored] of byName) this.announce(name, stored);
      for (const [name, stored] of byName) await this.serve(name, stored, choicesFor(state, name), patience);
      for (const name of this.registry.names()) if (!byName.has(name)) this.abandon(name, choicesFor(state, name));
    });
  }

  /** Has the version tried again although its bytes are the same: what it needed may be there now. */
  forget({ name, version }: PackageRef): void {
    this.tried.delete(keyOf({ name, version }));
  }

  /**
   * The one path into service: verify, open, warm, reproduce the golden records, swap. Whoever was there before serves on
   * until then, and afterwards when it fails. Resolves to whether the version is ready.
   */
  async activate(found: StoredPackage, patience: Patience = IMPATIENT): Promise<boolean> {
    const started = performance.now();
    const { name, version } = found;
    const before = this.statusOf(found);
    if (before?.state !== 'ready') this.registry.set(found, { state: 'loading' });
    try {
      const read = await this.read(found);
      const backend = await this.chooseBackend();
      const slot = await openSlot(read, backend, this.optionsFor(name));
      this.registry.set(found, { state: 'ready', slot });
      const milliseconds = Math.round(performance.now() - started);
      this.metrics.loaded(slot, performance.now() - started);
      this.logger.log(`${name} ${version} is ready on ${backend.name} (${describe(slot)}) after ${milliseconds} ms.`);
    } catch (error) {
      // It stays as it is, and is tried again when more of it has arrived.
      if (patience.mayBeIncomplete(found)) return before?.state === 'ready';
      const refusal = refusalFrom(error);
      this.metrics.refused(name, refusal.code);
      this.registry.set(found, before?.state === 'ready' ? { ...before, refused: refusal } : failed(refusal));
      const rest = before?.state === 'ready' ? ' The version that was loaded before serves on.' : '';
      this.logger.error(`${name} ${version} was refused (${refusal.code}): ${refusal.message}${rest}`);
    }
    this.tried.set(keyOf(found), found.revision);
    return this.statusOf(found)?.state === 'ready';
  }

  /** Opens and proves a package without serving it. Rejects with the reason why it would be refused. */
  async rehearse(found: ModelPackage): Promise<void> {
    const backend = await this.chooseBackend();
    await (await openSlot(found, backend, this.optionsFor(found.manifest.name))).retire();
  }

  // NOTE: not onModuleDestroy, which Nest runs while the HTTP server still answers.
  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    await this.turn;
    this.registry.clear();
    await this.backend?.close();
  }

  /** One after the other: two at once would load the same version twice. */
  private inTurn(work: () => Promise<void>): Promise<void> {
    const mine = this.turn.then(() => (this.stopped ? undefined : work()));
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private announce(name: string, stored: readonly StoredPackage[]): void {
    const known = new Set(this.registry.names().includes(name) ? this.registry.versions(name).map(([v]) => v) : []);
    for (const found of stored) if (!known.has(found.version)) this.registry.set(found, { state: 'available' });
  }

  private async serve(name: string, stored: readonly StoredPackage[], choices: ModelChoices, patience: Patience) {
    const byVersion = new Map(stored.map((found) => [found.version, found]));
    const wanted = wantedVersions(this.policyOf(name), [...byVersion.keys()], choices);
    const kept = new Set<string>();
    for (const version of wanted.firstOf) {
      if (!(await this.ensure(byVersion.get(version)!, patience))) continue;
      kept.add(version);
      break;
    }
    for (const version of wanted.each) if (await this.ensure(byVersion.get(version)!, patience)) kept.add(version);
    this.registry.direct(name, wanted.answering, choices.aliases);
    this.tidy(name, byVersion, kept, choices.unloaded);
  }

  /** Whether the version is ready, after trying to make it so. */
  private async ensure(found: StoredPackage, patience: Patience): Promise<boolean> {
    const status = this.statusOf(found);
    const same = this.tried.get(keyOf(found)) === found.revision;
    if (same && (status?.state === 'ready' || status?.state === 'failed')) return status.state === 'ready';
    return this.activate(found, patience);
  }

  /** Retires what nobody wants, and forgets what is gone, unless nothing else would be left to answer. */
  private tidy(
    name: string,
    stored: ReadonlyMap<string, StoredPackage>,
    kept: ReadonlySet<string>,
    unloaded: readonly string[],
  ): void {
    for (const [version, { state }] of this.registry.versions(name)) {
      const lastResort = kept.size === 0 && !unloaded.includes(version);
      if (state === 'ready' && (kept.has(version) || lastResort)) continue;
      if (!stored.has(version)) this.registry.remove({ name, version });
      else if (state === 'ready') this.unload({ name, version });
    }
  }

  private unload(ref: PackageRef): void {
    this.tried.delete(keyOf(ref));
    this.registry.set(ref, { state: 'unloading' });
    this.logger.log(`${ref.name} ${ref.version} is no longer served.`);
  }

  /** All packages of the model are gone. What is loaded serves on: files can be missing for a moment. */
  private abandon(name: string, { unloaded }: ModelChoices): void {
    for (const [version, { state }] of this.registry.versions(name)) {
      if (state !== 'ready' || unloaded.includes(version)) this.registry.remove({ name, version });
    }
  }

  private statusOf({ name, version }: PackageRef): VersionStatus | undefined {
    if (!this.registry.names().includes(name)) return undefined;
    return this.registry.versions(name).find(([other]) => other === version)?.[1];
  }

  private read(ref: PackageRef): Promise<ModelPackage> {
    const { models, limits } = this.config;
    const { requireSignature } = models;
    return readPackage(this.store.locate(ref), ref, { requireSignature, maxBytes: limits.packageBytes });
  }

  private optionsFor(name: string): OpenOptions {
    const { execution, limits, load } = this.config;
    return {
      placement: placementOf(load.placements, name),
      tabulateInputs: execution.tabulateInputs,
      batchRows: limits.batchRows,
      queueRows: load.queueRows,
    };
  }

  private policyOf(name: string): VersionPolicy {
    const chosen = this.store.chosen(name);
    if (chosen !== undefined) return { kind: 'pinned', versions: [chosen] };
    return policyOf(this.config.models.policies, name);
  }

  private async chooseBackend(): Promise<InferenceBackend> {
    this.backend = await this.backends.select((candidate) => this.trial(candidate));
    return this.backend;
  }

  /** Whether `backend` reproduces the golden records of every sound package; if not, why. */
  private async trial(backend: InferenceBackend): Promise<string | undefined> {
    for (const ref of await this.store.list()) {
      const found = await this.read(ref).catch(() => undefined);
      if (found === undefined) continue;
      try {
        await (await openSlot(found, backend, this.optionsFor(ref.name))).retire();
      } catch (error) {
        return `${ref.name} ${ref.version}: ${reasonOf(error)}`;
      }
    }
    return undefined;
  }
}

function keyOf({ name, version }: PackageRef): string {
  return `${name}@${version}`;
}

function failed(error: TensornestError): VersionStatus {
  return { state: 'failed', error };
}

function describe({ tabulated, placement }: Slot): string {
  return tabulated ? 'answers worked out in advance' : placement;
}
