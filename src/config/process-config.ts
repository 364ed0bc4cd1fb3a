import type { AppConfig } from '../core/app-config.js';
import { environment } from './environment.js';
import { loadConfig } from './load-config.js';
import { loadNpmOptions, type NpmOptions } from './npm-options.js';

/** The configuration of this process. */
export function processConfig(): AppConfig {
  return loadConfig(environment(), process.stdout.isTTY);
}

/** npm's settings for this process, in the folder where it runs. */
export function processNpmOptions(): Promise<NpmOptions> {
  return loadNpmOptions(environment(), process.cwd());
}
