import type { Phase, Progress } from '../training/progress.js';
import { metric } from '../training/evaluation-tables.js';

/** Lines of a phase; more would drown a log. */
const LINES = 10;

/** Progress for a log: a line for every tenth of a phase. */
export function lineProgress(write: (text: string) => void): Progress {
  return {
    start(title, steps): Phase {
      let done = 0;
      return {
        step(note, { loss, accuracy }) {
          done += 1;
          const due = Math.floor((done * LINES) / steps) > Math.floor(((done - 1) * LINES) / steps);
          if (due) write(`${title}: ${note}, loss ${metric(loss)}, accuracy ${metric(accuracy)}\n`);
        },
        part() {
          /* a log wants no more of it than its steps */
        },
        skip(count) {
          done += count;
        },
        end() {
          /* every line was written when it was due */
        },
      };
    },
  };
}
