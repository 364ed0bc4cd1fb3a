import type { Phase, Progress } from '../training/progress.js';
import { metric } from '../training/evaluation-tables.js';

/** Lines of a phase; more would drown a log. */
const LINES = 10;

/** Progress for a log: a line for every tenth of a phase. */
export function lineProgress(write: (text: string) => void): Progress {
  return {
    start(title, steps): Phase {
      let [done, told] = [0, 0];
      return {
        step(note, { loss, accuracy }) {
          done += 1;
          const tenth = Math.floor((done * LINES) / steps);
          // What was skipped counts too: a search that ends most recipes early would say nothing else.
          if (tenth > told) write(`${title}: ${note}, loss ${metric(loss)}, accuracy ${metric(accuracy)}\n`);
          told = tenth;
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
