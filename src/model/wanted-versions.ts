import type { VersionPolicy } from '../core/version-policy.js';
import type { ModelChoices } from './model-choices.js';
import { runningRollout } from './rollout-choices.js';

/** What is to be loaded of one model. */
export interface WantedVersions {
  /** Each of these, newest first. */
  readonly each: readonly string[];
  /** The first of these that can be loaded. */
  readonly firstOf: readonly string[];
  /** Who answers when a request names no version: the first of these that is ready. */
  readonly answering: readonly string[];
}

/** @param stored the versions in the store, newest first. */
export function wantedVersions(
  policy: VersionPolicy,
  stored: readonly string[],
  choices: ModelChoices,
): WantedVersions {
  const { active, aliases, loaded, unloaded } = choices;
  // A candidate is loaded for as long as its rollout runs, whatever was decided before.
  const candidate = runningRollout(choices)?.candidate;
  const allowed = stored.filter((version) => version === candidate || !unloaded.includes(version));
  const byPolicy = allowed.filter((version) => policy.kind !== 'pinned' || policy.versions.includes(version));
  const preferred = allowed.filter((version) => version === active);
  const asked = new Set([...Object.values(aliases), ...loaded, candidate]);
  const one = policy.kind === 'latest';
  const always = one ? [] : [...preferred, ...byPolicy];
  const each = allowed.filter((version) => asked.has(version) || always.includes(version));
  return {
    each,
    firstOf: one ? unique([...preferred, ...allowed]) : [],
    answering: unique([...preferred, ...byPolicy, ...each]),
  };
}

function unique(versions: readonly string[]): string[] {
  return [...new Set(versions)];
}
