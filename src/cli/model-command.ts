import { resolve } from 'node:path';
import { Command, CommanderError } from 'commander';
import type { AppConfig } from '../core/app-config.js';
import { reasonOf } from '../core/errors.js';
import { errorDocument } from './error-document.js';
import { EXIT, type ExitCode, exitCodeOf } from './exit.js';
import type { Context, ModelCommand, Outcome, Run, Streams } from './model/command.js';
import { COMMANDS } from './model/index.js';
import type { Terminal } from './terminal.js';

const EXIT_CODES = 'Exit codes: 0 done, 1 failed, 2 wrong usage, 3 below the quality gate, 4 not what it says it is.';

/** What the commands are given by the process that they run in. */
export interface Surroundings {
  readonly terminal: Terminal;
  readonly streams: Streams;
  /** Reads the environment; throws a `ConfigError` when it cannot be used. */
  readConfig(): AppConfig;
}

interface CommonOptions {
  readonly models?: string;
  readonly json?: true;
}

/** Runs `model` with the words that follow the command's name, and resolves to its exit code. */
export async function model(words: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const { terminal } = surroundings;
  let code: ExitCode = EXIT.ok;
  const program = buildProgram(surroundings, (outcome) => {
    code = outcome;
  });
  try {
    await program.parseAsync(words, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    const asJson = words.includes('--json');
    if (asJson) terminal.out(document({ error: errorDocument(error) }));
    // Commander has already said what is wrong with the words.
    if (error instanceof CommanderError) return EXIT.usage;
    terminal.err(`error: ${reasonOf(error)}\n`);
    return exitCodeOf(error);
  }
}

function buildProgram(surroundings: Surroundings, done: (code: ExitCode) => void): Command {
  const { terminal } = surroundings;
  const program = new Command('model')
    .description('Looks at, compares, runs and moves model packages.')
    .addHelpText('after', `\n${EXIT_CODES}`)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        terminal.out(text);
      },
      writeErr: (text) => {
        terminal.err(text);
      },
    });
  for (const command of COMMANDS) addCommand(program, command, surroundings, done);
  return program;
}

function addCommand(
  program: Command,
  added: ModelCommand,
  surroundings: Surroundings,
  done: (code: ExitCode) => void,
): void {
  const command = program
    .command(added.name)
    .option('--models <folder>', 'the models folder (default: MODELS_DIR, or else models)')
    .option('--json', 'write one JSON document to standard output')
    .addHelpText('after', ['\nExamples:', ...added.examples.map((words) => `  model ${words}`)].join('\n'));
  const run: Run =
    (act) =>
    async (...words) => {
      const context = contextOf(command.opts<CommonOptions>(), surroundings);
      const outcome = await act(context, ...words);
      if (typeof outcome === 'number') {
        done(outcome);
        return;
      }
      write(outcome, context);
      done(outcome.code);
    };
  added.build(command, run);
}

function contextOf({ models, json }: CommonOptions, surroundings: Surroundings): Context {
  const { terminal, streams } = surroundings;
  const config = surroundings.readConfig();
  const dir = models === undefined ? config.models.dir : resolve(models);
  return { terminal, streams, json: json === true, config: { ...config, models: { ...config.models, dir } } };
}

function write({ json, text }: Outcome, context: Context): void {
  context.terminal.out(context.json ? document(json) : `${text}\n`);
}

function document(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
