/** What a key may be used for: `predict` reads and asks models, `admin` also changes what is served. */
export const SCOPES = ['predict', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** The id of all who send no key; no key has it. */
export const ANONYMOUS = 'anonymous';

/** Who asks. Holds nothing secret, so it may stand in a log. */
export interface Caller {
  /** The name of the key, or the subject of the token; never the key. */
  readonly id: string;
  readonly scopes: readonly Scope[];
  /** The only models that exist for this caller; null for all of them. */
  readonly models: readonly string[] | null;
  /** How much it may ask for; null for as much as it likes. */
  readonly quota: Quota | null;
}

/** What a caller may ask for in any 60 seconds. */
export interface Quota {
  readonly requests?: number | undefined;
  readonly rows?: number | undefined;
}

/** `admin` includes `predict`. */
export function hasScope({ scopes }: Caller, scope: Scope): boolean {
  return scopes.includes(scope) || scopes.includes('admin');
}
