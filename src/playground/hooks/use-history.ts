import { useState } from 'preact/hooks';
import { type Entry, readEntries, remember } from '../logic/history.js';

const PLACE = 'tensornest.history';

/** What was looked at, in this browser's storage; where there is none (a private window), as long as the page is open. */
export function useHistory() {
  const [entries, setEntries] = useState<readonly Entry[]>(() => {
    try {
      return readEntries(localStorage.getItem(PLACE));
    } catch {
      return [];
    }
  });
  const keep = (next: (before: readonly Entry[]) => readonly Entry[]) => {
    setEntries((before) => {
      const after = next(before);
      try {
        localStorage.setItem(PLACE, JSON.stringify(after));
      } catch {
        // Full or forbidden: the page goes on without.
      }
      return after;
    });
  };
  return {
    entries,
    add: (entry: Entry) => {
      keep((before) => remember(before, entry));
    },
    clear: () => {
      keep(() => []);
    },
  };
}
