import cliProgress, { type Options } from 'cli-progress';
import { metric } from '../training/evaluation-tables.js';
import type { Phase, Progress } from '../training/progress.js';

// NOTE: a CommonJS module, of which Node sees some names alone from outside.
const { Format, SingleBar } = cliProgress;

/** NOTE: before it knows, the library has a word in the place of seconds, and would print the end of it. */
function timeLeft(seconds: number | string, options: Options, roundTo: number): string {
  return typeof seconds === 'number' ? Format.TimeFormat(seconds, options, roundTo) : '-';
}

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
        etaAsynchronousUpdate: true,
        formatTime: timeLeft,
        // What Ctrl-C does is for the command to say.
        gracefulExit: false,
      });
      let done = 0;
      bar.start(steps, 0, { note: 'starting', loss: '-', accuracy: '-' });
      return {
        step(note, { loss, accuracy }) {
          done += 1;
          bar.update(done, { note, loss: metric(loss), accuracy: metric(accuracy) });
        },
        part(note, part, { loss, accuracy }) {
          bar.update(done + part, { note, loss: metric(loss), accuracy: metric(accuracy) });
        },
        skip(count) {
          done += count;
          bar.update(done);
        },
        end() {
          bar.stop();
        },
      };
    },
  };
}
