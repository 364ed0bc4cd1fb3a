import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command, type CommanderError } from 'commander';
import { readEnvironmentFile } from '../config/environment.js';
import { reasonOf } from '../core/errors.js';
import { EXIT } from './exit.js';
import type { Terminal } from './terminal.js';

const SERVICE = join(import.meta.dirname, '../service/main.js');

/** `serve`: becomes the service, with the settings in `.env`; resolves once it serves, or could not. */
export async function serveCommand(words: readonly string[], terminal: Pick<Terminal, 'out' | 'err'>): Promise<number> {
  const command = new Command('serve')
    .description('Serves the models in MODELS_DIR (models/ unless it says otherwise), until it is told to end.')
    .addHelpText('after', '\nSettings are environment variables, and lines of a file .env in this folder.\n')
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err })
    .exitOverride();
  try {
    command.parse([...words], { from: 'user' });
  } catch (error) {
    return (error as CommanderError).exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  try {
    readEnvironmentFile();
  } catch (error) {
    terminal.err(`error: .env cannot be read: ${reasonOf(error)}\n`);
    return EXIT.failure;
  }
  // NOTE: not a process of its own, whose signals and exit code somebody would have to hand on.
  await ((await import(pathToFileURL(SERVICE).href)) as { readonly started: Promise<void> }).started;
  return Number(process.exitCode ?? EXIT.ok);
}
