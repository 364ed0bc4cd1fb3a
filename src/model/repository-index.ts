import type { RepositoryEntry } from '../core/ports/managed-models.js';
import type { PackageRef } from '../core/ports/model-store.js';
import type { VersionStatus } from './model-registry.js';

/** Where one version stands, in the words of that index. */
export function toIndexEntry({ name, version }: PackageRef, status: VersionStatus): RepositoryEntry {
  return { name, version, ...toState(status) };
}

function toState(status: VersionStatus): Pick<RepositoryEntry, 'state' | 'reason'> {
  switch (status.state) {
    case 'available':
      return { state: 'UNAVAILABLE', reason: 'not loaded: neither the version policy nor an alias asks for it' };
    case 'loading':
      return { state: 'LOADING', reason: '' };
    case 'ready':
      return { state: 'READY', reason: status.refused === undefined ? '' : `refused: ${status.refused.message}` };
    case 'failed':
      return { state: 'UNAVAILABLE', reason: `${status.error.code}: ${status.error.message}` };
    case 'unloading':
      return { state: 'UNLOADING', reason: 'its last requests are being answered' };
  }
}
