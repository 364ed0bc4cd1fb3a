import type { Readable, Writable } from 'node:stream';
import type { Command } from 'commander';
import type { AppConfig } from '../../core/app-config.js';
import type { ExitCode } from '../exit.js';
import type { Terminal } from '../terminal.js';

/** The process's own streams, for what is too long for one text. */
export interface Streams {
  readonly stdin: Readable;
  readonly stdout: Writable;
}

/** What a command works with. */
export interface Context {
  /** Messages go to `err`; results are returned, not written. */
  readonly terminal: Terminal;
  readonly streams: Streams;
  /** The service's configuration; its models folder is the one that `--models` names. */
  readonly config: AppConfig;
  /** Standard output must be one JSON document. */
  readonly json: boolean;
}

/** How a command ended, and what the frame then writes to standard output. */
export interface Outcome {
  readonly code: ExitCode;
  /** The one document of `--json`. */
  readonly json: unknown;
  /** What people read, without a line break at its end. */
  readonly text: string;
}

/** Turns what a command does into a commander action. A command that has written its results itself resolves to its code. */
export type Run = <Words extends unknown[]>(
  act: (context: Context, ...words: Words) => Promise<Outcome | ExitCode>,
) => (...words: Words) => Promise<void>;

/** One command of `tensornest model`: one file, and one entry in `index.ts`. */
export interface ModelCommand {
  readonly name: string;
  /** The words after `model`, one line an example. */
  readonly examples: readonly string[];
  /** Gives `command` its description, arguments, options and action. `--models` and `--json` are there already. */
  build(command: Command, run: Run): void;
}

/** Describes an argument that `findPackage` resolves. */
export const PACKAGE_ARGUMENT = 'a name, name@version or name@range of the models folder, or the path of a package';
