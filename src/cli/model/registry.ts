import { processNpmOptions } from '../../config/process-config.js';
import type { AppConfig } from '../../core/app-config.js';
import { NpmRegistry } from '../../model/store/npm-registry.js';

/** The registry that `MODEL_SCOPE` and `.npmrc` name. */
export async function connect({ models }: AppConfig): Promise<NpmRegistry> {
  return new NpmRegistry(models.scope, await processNpmOptions());
}
