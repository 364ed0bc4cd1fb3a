import { Inject, Injectable } from '@nestjs/common';
import { rcompare } from 'semver';
import { APP_CONFIG, type AppConfig } from '../core/app-config.js';
import { TensornestError } from '../core/errors.js';
import type { PackageRef } from '../core/ports/model-store.js';
import type { ModelSlot } from './model-slot.js';

/** Where one version stands. */
export type VersionStatus =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly slot: ModelSlot }
  | { readonly state: 'failed'; readonly error: TensornestError };

/** A request's hold on a slot. */
export interface Lease {
  readonly slot: ModelSlot;
  /** Gives the slot back. Call it exactly once, in `finally`. */
  readonly release: () => void;
}

type Versions = Map<string, VersionStatus>;

/** Name to version to slot. The only place that knows which version a request gets. */
@Injectable()
export class ModelRegistry {
  private readonly models = new Map<string, Versions>();
  private requiredNames: readonly string[] | undefined;
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

  set({ name, version }: PackageRef, status: VersionStatus): void {
    const versions = this.models.get(name) ?? new Map<string, VersionStatus>();
    const previous = versions.get(version);
    versions.set(version, status);
    this.models.set(name, versions);
    this.changes += 1;
    if (previous?.state === 'ready') previous.slot.retire();
  }

  /** Model names in alphabetical order. */
  names(): string[] {
    return [...this.models.keys()].sort();
  }

  /** The versions of a model, newest first; rejects with `unknown-model`. */
  versions(name: string): (readonly [version: string, status: VersionStatus])[] {
    return [...this.known(name)].sort(([a], [b]) => rcompare(a, b));
  }

  /** The version that answers when a request names none: the newest ready one. */
  defaultVersion(name: string): string | undefined {
    return this.versions(name).find(([, { state }]) => state === 'ready')?.[0];
  }

  /** The model that answers when a request names none. */
  defaultModel(): string | undefined {
    return this.config.models.defaultModel ?? this.names()[0];
  }

  status(name: string, version: string): VersionStatus {
    const status = this.known(name).get(version);
    if (status === undefined) {
      throw new TensornestError('unknown-version', `Model ${name} has no version ${JSON.stringify(version)}.`);
    }
    return status;
  }

  /** The slot that answers, held until released. */
  lease(model?: string, version?: string): Lease {
    const slot = this.slot(model, version);
    return { slot, release: slot.acquire() };
  }

  /** The slot that answers, for a look that does not outlast the current turn. */
  slot(model: string | undefined = this.defaultModel(), version?: string): ModelSlot {
    if (model === undefined) throw new TensornestError('model-not-ready', 'No model is loaded.');
    const exact = version ?? this.defaultVersion(model);
    const status = exact === undefined ? undefined : this.status(model, exact);
    if (status?.state === 'ready') return status.slot;
    throw new TensornestError('model-not-ready', `Model ${model} is not ready.`);
  }

  /** Every loaded version. */
  slots(): ModelSlot[] {
    return [...this.models.values()].flatMap((versions) =>
      [...versions.values()].flatMap((status) => (status.state === 'ready' ? [status.slot] : [])),
    );
  }

  /** Closes everything; nothing is served afterwards. */
  clear(): void {
    const slots = this.slots();
    this.models.clear();
    this.changes += 1;
    for (const slot of slots) slot.retire();
  }

  private known(name: string): Versions {
    const versions = this.models.get(name);
    if (versions === undefined) {
      throw new TensornestError('unknown-model', `There is no model ${JSON.stringify(name)}.`);
    }
    return versions;
  }
}
