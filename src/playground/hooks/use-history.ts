import { useState } from 'preact/hooks';
import { type Entry, MOST_PINNED, readEntries, remember } from '../logic/history.js';

const PLACE = 'tensornest.history';
const PINS = 'tensornest.pinned';

type Change = (before: readonly Entry[]) => readonly Entry[];

/** A list in this browser's storage; where there is none (a private window), as long as the page is open. */
function useKept(place: string): readonly [readonly Entry[], (change: Change) => void] {
  const [entries, setEntries] = useState<readonly Entry[]>(() => {
    try {
      return readEntries(localStorage.getItem(place));
    } catch {
      return [];
    }
  });
  const keep = (change: Change) => {
    setEntries((before) => {
      const after = change(before);
      try {
        localStorage.setItem(place, JSON.stringify(after));
      } catch {
        // Full or forbidden: the page goes on without.
      }
      return after;
    });
  };
  return [entries, keep];
}

/** What was looked at, and what of it was pinned to be compared. */
export function useHistory() {
  const [entries, keep] = useKept(PLACE);
  const [pinned, keepPinned] = useKept(PINS);
  const unpin = () => {
    keepPinned(() => []);
  };
  return {
    entries,
    pinned,
    add: (entry: Entry) => {
      keep((before) => remember(before, entry));
    },
    pin: (entry: Entry) => {
      keepPinned((before) => [...before, entry].slice(-MOST_PINNED));
    },
    unpin,
    clear: () => {
      keep(() => []);
      unpin();
    },
  };
}
