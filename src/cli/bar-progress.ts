import { SingleBar } from 'cli-progress';
import { metric } from '../training/evaluation-tables.js';
import type { Phase, Progress } from '../training/progress.js';

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
      });
      bar.start(steps, 0, { note: 'starting', loss: '-', accuracy: '-' });
      return {
        step(note, { loss, accuracy }) {
          bar.increment(1, { note, loss: metric(loss), accuracy: metric(accuracy) });
        },
        end() {
          bar.stop();
        },
      };
    },
  };
}
