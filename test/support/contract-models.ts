import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startTestApp, type TestApp } from './test-app.js';
import { writeTensorModels } from './tensor-models.js';

/** A service with the models of the contract tests and the shipped classifier. */
export async function startContractApp(env: Record<string, string> = {}): Promise<TestApp> {
  const models = await writeTensorModels();
  await cp('models/car-evaluation', join(models, 'car-evaluation'), { recursive: true });
  const service = await startTestApp({ MODELS_DIR: models, ...env });
  return {
    ...service,
    close: async () => {
      await service.close();
      await rm(models, { recursive: true });
    },
  };
}
