import type { PackageRef } from '../core/ports/model-store.js';
import type { Rollout, Settlement } from '../core/rollout.js';
import { type ModelChoices, NO_CHOICES } from './model-choices.js';
import { withActivation, withRollout, withSettlement } from './rollout-choices.js';

/** By model name. */
export type ServingState = Readonly<Record<string, ModelChoices>>;

/** A decision about what is served. */
export type ServingChange =
  | ({ readonly kind: 'load' | 'unload' | 'activate' } & PackageRef)
  /** Whole models: back to what the policy chooses among all versions, or none of these. */
  | { readonly kind: 'load-model'; readonly name: string }
  | { readonly kind: 'unload-model'; readonly name: string; readonly versions: readonly string[] }
  | ({ readonly kind: 'set-alias'; readonly alias: string } & PackageRef)
  | { readonly kind: 'remove-alias'; readonly name: string; readonly alias: string }
  /** Back to the version that the policy chooses. */
  | { readonly kind: 'follow-policy'; readonly name: string }
  | { readonly kind: 'start-rollout'; readonly name: string; readonly rollout: Rollout }
  /** Takes effect once: the first settlement of a rollout stands, however many processes come to one. */
  | { readonly kind: 'settle-rollout'; readonly name: string; readonly id: string; readonly settled: Settlement };

export function choicesFor(state: ServingState, model: string): ModelChoices {
  return Object.hasOwn(state, model) ? state[model]! : NO_CHOICES;
}

/**
 * The state after the change, or the same state when the change comes too late for anything. Every process of a group
 * applies the same changes in the same order.
 */
export function applyChange(state: ServingState, change: ServingChange): ServingState {
  const before = choicesFor(state, change.name);
  const after = withChange(before, change);
  return after === before ? state : { ...state, [change.name]: after };
}

/** The state with `version` answering for the model when none is named; the same state when there is no such version. */
export function withActive(state: ServingState, model: string, version: string | undefined): ServingState {
  return version === undefined ? state : { ...state, [model]: { ...choicesFor(state, model), active: version } };
}

function withChange(choices: ModelChoices, change: ServingChange): ModelChoices {
  switch (change.kind) {
    case 'load':
      return { ...choices, loaded: including(choices.loaded, change), unloaded: without(choices.unloaded, change) };
    case 'unload': {
      const { active, ...rest } = choices;
      const kept = active === change.version ? {} : { active };
      const loaded = without(choices.loaded, change);
      return defined({ ...rest, ...kept, loaded, unloaded: including(choices.unloaded, change) });
    }
    case 'load-model':
      return { ...choices, unloaded: [] };
    case 'unload-model': {
      const { active: _, ...rest } = choices;
      return { ...rest, loaded: [], unloaded: [...change.versions] };
    }
    case 'activate':
      return withActivation(choices, change.version);
    case 'set-alias': {
      const aliases = { ...choices.aliases, [change.alias]: change.version };
      return { ...choices, aliases, unloaded: without(choices.unloaded, change) };
    }
    case 'remove-alias': {
      const { [change.alias]: _, ...aliases } = choices.aliases;
      return { ...choices, aliases };
    }
    case 'follow-policy': {
      const { active: _, ...rest } = choices;
      return rest;
    }
    case 'start-rollout':
      return withRollout(choices, change.rollout);
    case 'settle-rollout':
      return withSettlement(choices, change.id, change.settled);
  }
}

function including(versions: readonly string[], { version }: PackageRef): string[] {
  return [...new Set([...versions, version])];
}

function without(versions: readonly string[], { version }: PackageRef): string[] {
  return versions.filter((other) => other !== version);
}

/** An absent field is absent and not undefined: the state is written as JSON and compared. */
function defined({ active, ...rest }: Omit<ModelChoices, 'active'> & { active?: string | undefined }): ModelChoices {
  return active === undefined ? rest : { ...rest, active };
}
