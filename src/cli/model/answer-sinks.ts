import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Signature } from '../../core/signature.js';
import type { ErrorDocument } from '../error-document.js';
import type { RowFormat } from '../rows/row-format.js';
import { problemsText, type RefusedRow } from '../rows/sift.js';
import { type Answered, headOf, linesOf } from './answers.js';

/** How the whole file went. */
export interface Summary {
  readonly predicted: number;
  readonly refused: number;
  /** What ended the work before the end of the file. */
  readonly error: ErrorDocument | null;
}

/** Where answers and refusals go, as they come. */
export interface AnswerSink {
  write(group: Answered): Promise<void>;
  /** Called once, also after a failure. */
  end(summary: Summary): Promise<void>;
}

/** Answers as lines to standard output. */
export async function outputSink(stdout: Writable, format: RowFormat, signature: Signature): Promise<AnswerSink> {
  await put(stdout, headOf(format, signature));
  return { write: ({ answers }) => put(stdout, linesOf(format, answers)), end: () => Promise.resolve() };
}

/** Answers as lines to a file, which must be one that can be written. */
export async function fileSink(path: string, format: RowFormat, signature: Signature): Promise<AnswerSink> {
  const file = createWriteStream(path);
  await once(file, 'open');
  await put(file, headOf(format, signature));
  return {
    write: ({ answers }) => put(file, linesOf(format, answers)),
    end: async () => {
      file.end();
      await finished(file);
    },
  };
}

/** Refused rows as messages for people. */
export function complaintSink(input: string, model: string, err: (text: string) => void): AnswerSink {
  return {
    write: ({ refused }) => {
      for (const { line, problems } of refused) err(`${input}:${line}: ${problemsText(problems)}\n`);
      return Promise.resolve();
    },
    end: ({ predicted, refused, error }) => {
      const when = error === null ? '' : ' before it stopped';
      err(`${model}: ${predicted} rows predicted, ${refused} refused${when}\n`);
      return Promise.resolve();
    },
  };
}

/**
 * One JSON document, written as it comes: `{"model", "version", "rows": [...], "predicted", "refused", "error"}`. Its
 * rows are the refused ones, each with its `problems`, and the answers where they go nowhere else.
 */
export async function documentSink(
  stdout: Writable,
  { name, version }: { readonly name: string; readonly version: string },
  withAnswers: boolean,
): Promise<AnswerSink> {
  const about = `"model":${JSON.stringify(name)},"version":${JSON.stringify(version)}`;
  let separator = '\n';
  await put(stdout, `{${about},"rows":[`);
  return {
    write: async ({ answers, refused }) => {
      const rows: readonly { line: number }[] = withAnswers ? inOrder(answers, refused) : refused;
      if (rows.length === 0) return;
      await put(stdout, separator + rows.map((row) => JSON.stringify(row)).join(',\n'));
      separator = ',\n';
    },
    end: ({ predicted, refused, error }) =>
      put(stdout, `],"predicted":${predicted},"refused":${refused},"error":${JSON.stringify(error)}}\n`),
  };
}

function inOrder(answers: Answered['answers'], refused: readonly RefusedRow[]): readonly { line: number }[] {
  return [...answers, ...refused].sort((first, second) => first.line - second.line);
}

/** Waits while whoever reads is slower than the model. */
async function put(stream: Writable, text: string): Promise<void> {
  if (!stream.write(text)) await once(stream, 'drain');
}
