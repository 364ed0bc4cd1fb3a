import type { AppConfig } from '../core/app-config.js';
import { loadConfig } from './load-config.js';

/** The configuration of this process. The only reader of `process.env`. */
export function processConfig(): AppConfig {
  return loadConfig(process.env, process.stdout.isTTY);
}
