/** Names one model package. */
export interface PackageRef {
  readonly name: string;
  readonly version: string;
}

/** Where packages come from. */
export interface ModelStore {
  /** Every package there is, by name and then by descending version. */
  list(): Promise<readonly PackageRef[]>;
  /** The folder that holds the package. */
  locate(ref: PackageRef): string;
}

export const MODEL_STORE = Symbol('MODEL_STORE');
