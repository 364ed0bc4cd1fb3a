import { createInterface } from 'node:readline/promises';
import type { Readable } from 'node:stream';
import { UsageError } from './exit.js';
import type { Terminal } from './terminal.js';

/** Asks until `check` says nothing against the answer, and resolves to it. */
export type Ask = (question: string, check?: (answer: string) => string | undefined) => Promise<string>;

/** Questions on a terminal, until `close`. */
export interface Questions {
  readonly ask: Ask;
  close(): void;
}

/** Undefined where nobody sits at a terminal. */
export function questionsOn(stdin: Readable & { readonly isTTY?: boolean }, terminal: Terminal): Questions | undefined {
  if (stdin.isTTY !== true) return undefined;
  const lines = createInterface({ input: stdin, terminal: false });
  const answers = lines[Symbol.asyncIterator]();
  return {
    ask: async (question, check = () => undefined) => {
      for (;;) {
        terminal.err(`${question} `);
        const { value, done } = await answers.next();
        if (done === true) throw new UsageError('Nothing was written: the questions were not answered.');
        const answer = value.trim();
        const fault = check(answer);
        if (fault === undefined) return answer;
        terminal.err(`${fault}\n`);
      }
    },
    close: () => {
      lines.close();
    },
  };
}
