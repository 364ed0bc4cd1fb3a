import type { Rollout } from '../core/rollout.js';

/** What operators have decided about one model while the service ran. */
export interface ModelChoices {
  /** The version that answers when none is named, in place of the policy's choice. */
  readonly active?: string;
  /** Names that stand for a version. */
  readonly aliases: Readonly<Record<string, string>>;
  /** Loaded beside what the policy loads. */
  readonly loaded: readonly string[];
  /** Not loaded although the policy would. */
  readonly unloaded: readonly string[];
  /** The rollout that is running, or else the last one. */
  readonly rollout?: Rollout;
}

export const NO_CHOICES: ModelChoices = { aliases: {}, loaded: [], unloaded: [] };
