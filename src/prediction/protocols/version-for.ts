import { major, valid } from 'semver';
import type { ModelRegistry } from '../../model/model-registry.js';

/**
 * The version that a client means. Versions of other servers are whole numbers: N stands for the newest version whose
 * major number is N, one that is ready first. Anything else is taken as it is. Rejects with `unknown-model`.
 */
export function versionFor(registry: ModelRegistry, model: string, asked: string): string {
  const versions = registry.versions(model);
  if (valid(asked) !== null || !/^\d{1,15}$/.test(asked)) return asked;
  const candidates = versions.filter(([version]) => major(version) === Number(asked));
  const ready = candidates.find(([, { state }]) => state === 'ready');
  return (ready ?? candidates[0])?.[0] ?? asked;
}
