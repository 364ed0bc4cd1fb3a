import { Inject, Injectable } from '@nestjs/common';
import { rcompare } from 'semver';
import { APP_CONFIG, type AppConfig } from '../core/app-config.js';
import { TensornestError, unknownModel } from '../core/errors.js';
import type { MissingModel, PackageRef } from '../core/ports/model-store.js';
import { mayUseModel } from '../core/request-scope.js';
import type { Slot } from './slot.js';

/** Where one version stands. */
export type VersionStatus =
  /** In the store, and not asked for. */
  | { readonly state: 'available' }
  | { readonly state: 'loading' }
  /** `refused` tells of a change to the package that was not taken over. */
  | { readonly state: 'ready'; readonly slot: Slot; readonly refused?: TensornestError }
  | { readonly state: 'failed'; readonly error: TensornestError }
  /** Taken out of service, while its last requests are answered. */
  | { readonly state: 'unloading' };

/** A request's hold on a slot. */
export interface Lease {
  readonly slot: Slot;
  /** Gives the slot back. Call it exactly once, in `finally`. */
  readonly release: () => void;
}

/** What answers for one model. */
interface Entry {
  readonly versions: Map<string, VersionStatus>;
  aliases: ReadonlyMap<string, string>;
  /** Who answers when a request names no version, in this order. */
  answering: readonly string[];
  /** The first of them that is ready. */
  current: string | undefined;
}

/** Name to version to slot. The only place that knows which version a request gets. */
@Injectable()
export class ModelRegistry {
  private readonly models = new Map<string, Entry>();
  /** Of every model, in alphabetical order. */
  private sortedNames: readonly string[] = [];
  private requiredNames: readonly string[] | undefined;
  private missingModels: readonly MissingModel[] = [];
  private changes = 0;

  constructor(@Inject(APP_CONFIG) private readonly config: AppConfig) {}

  /** Grows with every change, so that what is derived from the registry can be cached. */
  get revision(): number {
    return this.changes;
  }

  /** The first load has come to its end, well or badly. */
  get started(): boolean {
    return this.requiredNames !== undefined;
  }

  /** The models without which the service is not ready. */
  get required(): readonly string[] {
    return this.requiredNames ?? [];
  }

  markStarted(required: readonly string[]): void {
    this.requiredNames = required;
  }

  /** Models that are wanted and could not be had, with the reasons. */
  missing(): readonly MissingModel[] {
    return this.missingModels;
  }

  setMissing(missing: readonly MissingModel[]): void {
    this.missingModels = missing;
  }

  /** Sets where a version stands. A slot that was there before is retired: its leases are served, then it is closed. */
  set({ name, version }: PackageRef, status: VersionStatus): void {
    const entry = this.entry(name);
    const previous = entry.versions.get(version);
    entry.versions.set(version, status);
    this.changed(entry);
    if (previous?.state !== 'ready' || (status.state === 'ready' && status.slot === previous.slot)) return;
    const closed = previous.slot.retire();
    if (status.state !== 'unloading') return;
    void closed.then(() => {
      if (entry.versions.get(version) === status) this.set({ name, version }, { state: 'available' });
    });
  }

  /** Forgets a version that is no longer in the store, and the model with its last one. */
  remove({ name, version }: PackageRef): void {
    const entry = this.models.get(name);
    const status = entry?.versions.get(version);
    if (entry === undefined || status === undefined) return;
    entry.versions.delete(version);
    if (entry.versions.size === 0) this.models.delete(name);
    this.sortNames();
    this.changed(entry);
    if (status.state === 'ready') void status.slot.retire();
  }

  /** Says who answers when a request names no version, in this order, and what the aliases stand for. */
  direct(name: string, answering: readonly string[], aliases: Readonly<Record<string, string>>): void {
    const entry = this.entry(name);
    entry.answering = answering;
    entry.aliases = new Map(Object.entries(aliases));
    this.changed(entry);
  }

  /** Names of the models that there are for whoever asks, in alphabetical order. */
  names(): string[] {
    return this.sortedNames.filter(mayUseModel);
  }

  /** The versions of a model, newest first; rejects with `unknown-model`. */
  versions(name: string): (readonly [version: string, status: VersionStatus])[] {
    return [...this.known(name).versions].sort(([a], [b]) => rcompare(a, b));
  }

  /** Alias to version; rejects with `unknown-model`. */
  aliases(name: string): ReadonlyMap<string, string> {
    return this.known(name).aliases;
  }

  /** The version that answers when a request names none. */
  defaultVersion(name: string): string | undefined {
    return this.known(name).current;
  }

  /** The model that answers when a request names none. */
  defaultModel(): string | undefined {
    const { defaultModel } = this.config.models;
    return defaultModel !== null && mayUseModel(defaultModel) ? defaultModel : this.sortedNames.find(mayUseModel);
  }

  /** Where a version, or the one that an alias stands for, stands. */
  status(name: string, version: string): VersionStatus {
    const { versions, aliases } = this.known(name);
    const status = versions.get(aliases.get(version) ?? version);
    if (status === undefined) {
      throw new TensornestError('unknown-version', `Model ${name} has no version ${JSON.stringify(version)}.`);
    }
    return status;
  }

  /** The slot of an exact version, or undefined while it is not loaded. */
  loaded(name: string, version: string): Slot | undefined {
    const status = this.models.get(name)?.versions.get(version);
    return status?.state === 'ready' ? status.slot : undefined;
  }

  /** The slot that answers, held until released. */
  lease(model?: string, version?: string): Lease {
    const slot = this.slot(model, version);
    return { slot, release: slot.acquire() };
  }

  /** The slot that answers, for a look that does not outlast the current turn. */
  slot(model: string | undefined = this.defaultModel(), version?: string): Slot {
    if (model === undefined) throw new TensornestError('model-not-ready', 'No model is loaded.');
    const exact = version ?? this.defaultVersion(model);
    if (exact === undefined) throw new TensornestError('model-not-ready', `Model ${model} is not ready.`);
    const status = this.status(model, exact);
    if (status.state === 'ready') return status.slot;
    throw new TensornestError('model-not-ready', `Version ${exact} of model ${model} is not loaded.`);
  }

  /** Every loaded version of the models that there are for whoever asks. */
  slots(): Slot[] {
    return [...this.models].flatMap(([name, { versions }]) =>
      mayUseModel(name)
        ? [...versions.values()].flatMap((status) => (status.state === 'ready' ? [status.slot] : []))
        : [],
    );
  }

  /** Closes everything; nothing is served afterwards. */
  clear(): void {
    const slots = this.slots();
    this.models.clear();
    this.sortNames();
    this.changes += 1;
    for (const slot of slots) void slot.retire();
  }

  private entry(name: string): Entry {
    let entry = this.models.get(name);
    if (entry === undefined) {
      entry = { versions: new Map(), aliases: new Map(), answering: [], current: undefined };
      this.models.set(name, entry);
      this.sortNames();
    }
    return entry;
  }

  private sortNames(): void {
    this.sortedNames = [...this.models.keys()].sort();
  }

  /** The one place where traffic moves from one version to another. */
  private changed(entry: Entry): void {
    this.changes += 1;
    const isReady = (version: string) => entry.versions.get(version)?.state === 'ready';
    const others = [...entry.versions.keys()].sort(rcompare);
    entry.current = entry.answering.find(isReady) ?? others.find(isReady);
  }

  private known(name: string): Entry {
    const entry = this.models.get(name);
    // A model of others is one that there is not: nobody learns of it by asking.
    if (entry === undefined || !mayUseModel(name)) throw unknownModel(name);
    return entry;
  }
}
