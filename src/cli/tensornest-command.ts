import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { EXIT } from './exit.js';
import { processTerminal } from './process-terminal.js';

const PACKAGE_FILE = join(import.meta.dirname, '../../package.json');

/** Runs `tensornest` with the words that follow it, and resolves to its exit code. */
export async function tensornest(words: readonly string[]): Promise<number> {
  const terminal = processTerminal();
  let code: number = EXIT.ok;
  const { version } = JSON.parse(await readFile(PACKAGE_FILE, 'utf8')) as { version: string };
  const program = new Command('tensornest')
    .description('Serves TensorFlow.js classifiers, trains them, and looks after their packages.')
    .version(version)
    .enablePositionalOptions()
    .exitOverride();
  // Each command is imported when it is called: training brings TensorFlow.js along.
  delegate(program, 'init', 'makes a folder that is a service of your own', async (rest) => {
    const { initCommand } = await import('./init-command.js');
    code = await initCommand(rest, terminal);
  });
  delegate(program, 'serve', 'serves the models of this folder', async (rest) => {
    const { serveCommand } = await import('./serve-command.js');
    code = await serveCommand(rest, terminal);
  });
  delegate(program, 'train', 'trains a model, measures it and writes its package', async (rest) => {
    const { train } = await import('./train-command.js');
    code = await train(rest, terminal);
  });
  delegate(program, 'model', 'looks at, compares, runs and moves model packages', async (rest) => {
    const [{ model }, { processConfig }] = await Promise.all([
      import('./model-command.js'),
      import('../config/process-config.js'),
    ]);
    code = await model(rest, { terminal, streams: process, readConfig: processConfig });
  });
  delegate(program, 'key', 'makes a key for whoever is to ask the service', async (rest) => {
    const { keyCommand } = await import('./key-command.js');
    code = await keyCommand(rest, terminal);
  });
  delegate(program, 'client', 'makes a typed client of a service', async (rest) => {
    const { clientCommand } = await import('./client-command.js');
    code = await clientCommand(rest, terminal);
  });
  delegate(program, 'audit', 'verifies and replays audit logs', async (rest) => {
    const { auditCommand } = await import('./audit-command.js');
    code = await auditCommand(rest, terminal);
  });
  try {
    await program.parseAsync(words, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    throw error;
  }
}

/** A command that reads its own words, help and all. */
function delegate(
  program: Command,
  name: string,
  description: string,
  run: (words: readonly string[]) => Promise<void>,
): void {
  program
    .command(name)
    .description(description)
    .argument('[words...]')
    .allowUnknownOption()
    .helpOption(false)
    .passThroughOptions()
    .action(run);
}
