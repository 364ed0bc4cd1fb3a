import type { Row } from '../types.js';

/** A prediction that was looked at. */
export interface Entry {
  readonly at: number;
  readonly model: string;
  readonly version: string;
  readonly row: Row;
  readonly label: string;
  readonly probabilities: Record<string, number>;
}

const MOST = 50;
/** Two are compared. */
export const MOST_PINNED = 2;

const sameQuestion = (one: Entry, other: Entry) =>
  one.model === other.model && one.version === other.version && JSON.stringify(one.row) === JSON.stringify(other.row);

/** The newest first, each question once, no more than are worth looking through. */
export function remember(entries: readonly Entry[], entry: Entry): Entry[] {
  return [entry, ...entries.filter((other) => !sameQuestion(entry, other))].slice(0, MOST);
}

/** Reads what was kept; anything else than a list of entries counts as none. */
export function readEntries(text: string | null): Entry[] {
  try {
    const found: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(found) ? found.filter(isEntry) : [];
  } catch {
    return [];
  }
}

function isEntry(found: unknown): found is Entry {
  if (typeof found !== 'object' || found === null) return false;
  const { at, model, version, row, label, probabilities } = found as Record<string, unknown>;
  const texts = [model, version, label].every((text) => typeof text === 'string');
  const objects = [row, probabilities].every((object) => typeof object === 'object' && object !== null);
  return typeof at === 'number' && texts && objects;
}
