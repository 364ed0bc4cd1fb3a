import type { AppConfig } from '../core/app-config.js';
import { loadConfig } from './load-config.js';
import { loadNpmOptions, type NpmOptions } from './npm-options.js';

/** The configuration of this process. This file is the only reader of `process.env`. */
export function processConfig(): AppConfig {
  return loadConfig(process.env, process.stdout.isTTY);
}

/** Takes the settings of `.env` in the folder where this process runs, if it is there; what is set already stays. */
export function readEnvironmentFile(): void {
  try {
    process.loadEnvFile();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** npm's settings for this process, in the folder where it runs. */
export function processNpmOptions(): Promise<NpmOptions> {
  return loadNpmOptions(process.env, process.cwd());
}

/** The environment of this process with `changes`, for a process that it starts. */
export function environmentWith(changes: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...process.env, ...changes };
}

/** Whether this process is a script of a package, such as `npm start`. */
export function startedByNpm(): boolean {
  return process.env.npm_lifecycle_event !== undefined;
}
