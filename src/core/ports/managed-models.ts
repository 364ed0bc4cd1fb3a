import type { PackageRef } from './model-store.js';

/** Where one version stands, in the words of the Open Inference Protocol's repository extension. */
export interface RepositoryEntry extends PackageRef {
  readonly state: 'READY' | 'LOADING' | 'UNLOADING' | 'UNAVAILABLE';
  /** Why it is not ready; empty when there is nothing to say. */
  readonly reason: string;
}

/** Brings whole models into service and takes them out again, on behalf of a client that may do so. */
export interface ManagedModels {
  /** Every version in the store, by name and descending version. */
  index(): readonly RepositoryEntry[];
  /**
   * Has the version policy choose among all versions of the model again, those too that were unloaded. Rejects with the
   * reason when none of them can be loaded, with `unknown-model` when there is none.
   */
  load(name: string): Promise<void>;
  /** Takes every version of the model out of service, after the requests under way. */
  unload(name: string): Promise<void>;
}

/** Null while the admin API is off. */
export const MANAGED_MODELS = Symbol('MANAGED_MODELS');
