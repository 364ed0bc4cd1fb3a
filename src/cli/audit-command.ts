import 'reflect-metadata';
import { Command, CommanderError } from 'commander';
import { processConfig } from '../config/process-config.js';
import { ConfigError } from '../config/env-rules.js';
import { TensornestError } from '../core/errors.js';
import { addReplay, type Surroundings } from './audit/replay-command.js';
import { addVerify } from './audit/verify-command.js';
import { EXIT, type ExitCode, exitCodeOf, UsageError } from './exit.js';
import type { Terminal } from './terminal.js';

/** Runs `audit` with the words that follow the command's name, and resolves to its exit code. */
export async function auditCommand(
  words: readonly string[],
  terminal: Pick<Terminal, 'out' | 'err'>,
  surroundings: Surroundings = { stdin: process.stdin, readConfig: processConfig },
): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const program = new Command('audit').description('Looks after audit logs.').configureOutput({
    writeOut: (text) => {
      terminal.out(text);
    },
    writeErr: (text) => {
      terminal.err(text);
    },
  });
  const done = (ended: ExitCode) => {
    code = ended;
  };
  addVerify(program, terminal, done);
  addReplay(program, terminal, surroundings, done);
  program.exitOverride();
  try {
    await program.parseAsync([...words], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (error instanceof UsageError || error instanceof ConfigError || error instanceof TensornestError) {
      terminal.err(`error: ${error.message}\n`);
      return exitCodeOf(error);
    }
    const { code: reason, message } = error as NodeJS.ErrnoException;
    terminal.err(`The file cannot be read: ${reason ?? message}\n`);
    return EXIT.failure;
  }
}
