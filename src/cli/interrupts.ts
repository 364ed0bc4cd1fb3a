/** What a shell expects of a process that Ctrl-C ended. */
const INTERRUPTED = 130;

const STOPPING =
  '\nStopping after this epoch: the best so far is kept. Ctrl-C again ends at once, and no package is written.\n';

export interface Interrupts {
  /** Not 0 from Ctrl-C on, until whoever works sets it back because the work is done. Threads can share it. */
  readonly flag: Int32Array<SharedArrayBuffer>;
  /** From now on there is something to keep. */
  begun(): void;
  /** From now on Ctrl-C waits: what is written is written whole. */
  writing(): void;
  release(): void;
}

/** Makes the first Ctrl-C a question that long work answers when it can; the second one ends the process. */
export function catchInterrupts(say: (text: string) => void): Interrupts {
  const flag = new Int32Array(new SharedArrayBuffer(4));
  let state: 'nothing' | 'working' | 'stopping' | 'writing' = 'nothing';
  const press = () => {
    switch (state) {
      case 'nothing':
        say('\nEnded before anything was learnt: nothing was written.\n');
        process.exit(INTERRUPTED);
      // eslint-disable-next-line no-fallthrough -- the process has ended
      case 'stopping':
        say('\nEnded at once: no package was written.\n');
        process.exit(INTERRUPTED);
      // eslint-disable-next-line no-fallthrough -- the process has ended
      case 'working':
        state = 'stopping';
        Atomics.store(flag, 0, 1);
        say(STOPPING);
        return;
      case 'writing':
        say('\nThe package is being written; it takes a moment.\n');
    }
  };
  process.on('SIGINT', press);
  return {
    flag,
    begun() {
      if (state === 'nothing') state = 'working';
    },
    writing() {
      state = 'writing';
    },
    release: () => void process.off('SIGINT', press),
  };
}
