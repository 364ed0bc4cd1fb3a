import type { TensornestError } from '../errors.js';

/** Names one model package. */
export interface PackageRef {
  readonly name: string;
  readonly version: string;
  /** The name in the package itself, where it is served under another. */
  readonly packagedAs?: string;
}

/** A package as it lies in the store, not yet read. */
export interface StoredPackage extends PackageRef {
  /** Differs whenever the files of the package may have changed. */
  readonly revision: string;
}

/** A model that is wanted and could not be had. */
export interface MissingModel {
  readonly name: string;
  readonly error: TensornestError;
}

/** Where packages come from. */
export interface ModelStore {
  /** Every package there is, by name and then by descending version. */
  list(): Promise<readonly StoredPackage[]>;
  /** The folder that holds the package. */
  locate(ref: PackageRef): string;
  /** Brings what is wanted and not there from where it comes, and answers what could not be had. */
  fetch(): Promise<readonly MissingModel[]>;
  /** The version of a model that was wanted by name, if one was; it goes before the version policy. */
  chosen(name: string): string | undefined;
  /**
   * Calls `changed` after something in the store may have changed, until the returned function is called. It may call too
   * often and is not told what changed.
   */
  watch(changed: () => void): Promise<() => Promise<void>>;
}

export const MODEL_STORE = Symbol('MODEL_STORE');
