import { useEffect, useState } from 'preact/hooks';

export interface Watched<T> {
  /** The last answer; stays where a later question fails. */
  readonly answer: T | null;
  /** Why the last question failed. */
  readonly error: Error | null;
}

/** Milliseconds from an answer to the next question: gentle enough for a page that is left open. */
const AGAIN_AFTER = 5_000;

/** Asks again and again as long as the page is seen; one question at a time. */
export function useWatched<T>(question: string, ask: (signal: AbortSignal) => Promise<T>): Watched<T> {
  const [watched, setWatched] = useState<Watched<T>>({ answer: null, error: null });
  useEffect(() => {
    const gone = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      timer = undefined;
      try {
        const answer = await ask(gone.signal);
        if (!gone.signal.aborted) setWatched({ answer, error: null });
      } catch (error) {
        if (!gone.signal.aborted) setWatched(({ answer }) => ({ answer, error: error as Error }));
      }
      if (!gone.signal.aborted && document.visibilityState === 'visible') later();
    };
    const later = () => {
      timer = setTimeout(() => void look(), AGAIN_AFTER);
    };
    const seen = () => {
      if (document.visibilityState === 'visible' && timer === undefined) later();
    };
    setWatched({ answer: null, error: null });
    document.addEventListener('visibilitychange', seen);
    void look();
    return () => {
      gone.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', seen);
    };
  }, [question]);
  return watched;
}
