import type { ServingChange } from './serving-state.js';

/** A decision in a few words, for the log. */
export function describeChange(change: ServingChange): string {
  const { kind, name } = change;
  const alias = 'alias' in change ? ` ${change.alias}` : '';
  const version = 'version' in change ? ` ${change.version}` : '';
  const candidate = 'rollout' in change ? ` ${change.rollout.candidate}` : '';
  const outcome = 'settled' in change ? ` as ${change.settled.outcome}` : '';
  return `${kind}${alias} ${name}${version}${candidate}${outcome}`;
}
