import { barProgress } from './bar-progress.js';
import { lineProgress } from './line-progress.js';
import type { Terminal } from './terminal.js';

/** The terminal, or whatever the streams of this process lead to. */
export function processTerminal(): Terminal {
  // Whoever reads may have read enough, as `head` does: then there is nobody left to tell.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
  const err = (text: string) => void process.stderr.write(text);
  return {
    out: (text) => void process.stdout.write(text),
    err,
    progress: process.stderr.isTTY ? barProgress(process.stderr) : lineProgress(err),
  };
}
