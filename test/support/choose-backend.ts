import { Test } from '@nestjs/testing';
import { AppModule } from '../../src/app.module.js';
import { loadConfig } from '../../src/config/load-config.js';
import { ModelRepository } from '../../src/model/model-repository.js';
import { ModelRegistry } from '../../src/model/model-registry.js';
import { BACKENDS } from '../../src/runtime/backends/index.js';
import { type NativeImport, startTensorflow } from '../../src/runtime/backends/tensorflow.backend.js';
import { BACKEND_TABLE } from '../../src/runtime/configured-backend.js';

/** What runs the default model, and what was logged of the choice, when the native package behaves like `native`. */
export async function chooseBackend(
  backend: string,
  native: NativeImport,
): Promise<{ chosen?: string; log: string; failure: string }> {
  const config = loadConfig({ BACKEND: backend, PLACEMENT: 'inline', LOG_LEVEL: 'silent', AUDIT_LOG: 'off' }, false);
  const lines: unknown[] = [];
  const collect = (...line: unknown[]) => void lines.push(line);
  const module = await Test.createTestingModule({ imports: [AppModule.forRoot(config)] })
    .overrideProvider(BACKEND_TABLE)
    .useValue({ ...BACKENDS, tensorflow: () => startTensorflow(native) })
    .compile();
  module.useLogger({ log: collect, warn: collect, error: collect });
  await module.get(ModelRepository).start();
  const registry = module.get(ModelRegistry);
  const [, status] = registry.versions('car-evaluation')[0]!;
  const chosen = status.state === 'ready' ? status.slot.backend : undefined;
  await module.close();
  return { chosen, log: JSON.stringify(lines), failure: status.state === 'failed' ? status.error.message : '' };
}
