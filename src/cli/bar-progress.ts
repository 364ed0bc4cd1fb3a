import { SingleBar } from 'cli-progress';
import { metric } from '../training/evaluation-tables.js';
import type { Phase, Progress } from '../training/progress.js';

/** What a shell expects of a process that Ctrl-C ended. */
const INTERRUPTED = 130;

/** Progress for a terminal: one bar a phase. */
export function barProgress(stream: NodeJS.WritableStream): Progress {
  return {
    start(title, steps): Phase {
      const bar = new SingleBar({
        stream,
        format: `${title} [{bar}] {percentage} %  {note}  loss {loss}  accuracy {accuracy}  ETA {eta_formatted}`,
        barsize: 20,
        barCompleteChar: '#',
        barIncompleteChar: '.',
        etaBuffer: 30,
        hideCursor: true,
      });
      // NOTE: cli-progress can catch Ctrl-C to bring the cursor back, but then the process would go on.
      const interrupt = () => {
        bar.stop();
        process.exit(INTERRUPTED);
      };
      process.once('SIGINT', interrupt);
      bar.start(steps, 0, { note: 'starting', loss: '-', accuracy: '-' });
      return {
        step(note, { loss, accuracy }) {
          bar.increment(1, { note, loss: metric(loss), accuracy: metric(accuracy) });
        },
        end() {
          process.off('SIGINT', interrupt);
          bar.stop();
        },
      };
    },
  };
}
