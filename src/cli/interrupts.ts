/** What a shell expects of a process that Ctrl-C ended. */
const INTERRUPTED = 130;
/** Two within this time mean "at once". */
const AT_ONCE_MS = 1_500;

export interface Interrupts {
  /** Whether Ctrl-C was pressed since the last time this was asked. */
  taken(): boolean;
  release(): void;
}

/** Makes Ctrl-C a question that long work answers when it can; twice in a row, it ends the process. */
export function catchInterrupts(say: (text: string) => void): Interrupts {
  let pressed = false;
  let last = -Infinity;
  const press = () => {
    const now = performance.now();
    if (now - last < AT_ONCE_MS) process.exit(INTERRUPTED);
    last = now;
    pressed = true;
    say('\nStopping: the best so far is kept. Ctrl-C again ends at once, and nothing is written.\n');
  };
  process.on('SIGINT', press);
  return {
    taken() {
      const answer = pressed;
      pressed = false;
      return answer;
    },
    release: () => void process.off('SIGINT', press),
  };
}
