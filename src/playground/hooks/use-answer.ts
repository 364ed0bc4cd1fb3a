import { useEffect, useState } from 'preact/hooks';

export interface Asked<T> {
  /** The last answer, which stays on the screen while the next one is on its way. */
  readonly answer: T | null;
  readonly error: Error | null;
  readonly waiting: boolean;
}

/**
 * Asks anew whenever `question` changes, `delay` milliseconds after the last change; the first time at once. An answer to a question that
 * nobody asks any more is cancelled, so that late ones never overwrite newer ones.
 *
 * @param question stands for all that the answer depends on; null for nothing to ask.
 */
export function useAnswer<T>(
  question: string | null,
  ask: (signal: AbortSignal) => Promise<T>,
  delay: number,
): Asked<T> {
  const [asked, setAsked] = useState<Asked<T>>({ answer: null, error: null, waiting: question !== null });
  useEffect(() => {
    if (question === null) {
      setAsked(({ answer }) => ({ answer, error: null, waiting: false }));
      return undefined;
    }
    const stale = new AbortController();
    setAsked(({ answer, error }) => ({ answer, error, waiting: true }));
    const timer = setTimeout(
      () => {
        ask(stale.signal).then(
          (answer) => {
            if (!stale.signal.aborted) setAsked({ answer, error: null, waiting: false });
          },
          (error: unknown) => {
            if (!stale.signal.aborted) setAsked(({ answer }) => ({ answer, error: error as Error, waiting: false }));
          },
        );
      },
      asked.answer === null ? 0 : delay,
    );
    return () => {
      clearTimeout(timer);
      stale.abort();
    };
  }, [question]);
  return asked;
}
