import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';
import { AppModule } from '../../src/app.module.js';
import { loadConfig } from '../../src/config/load-config.js';
import { ModelLifecycle } from '../../src/model/model-lifecycle.js';
import { ModelRegistry } from '../../src/model/model-registry.js';
import { BACKENDS } from '../../src/runtime/backends/index.js';
import { type NativeImport, startTensorflow } from '../../src/runtime/backends/tensorflow.backend.js';
import { BACKEND_TABLE } from '../../src/runtime/configured-backend.js';
import { fakeTfjsNode } from '../support/fake-tfjs-node.js';

/** What runs the default model, and what was logged of the choice, when the native package behaves like `native`. */
async function choose(
  backend: string,
  native: NativeImport,
): Promise<{ chosen?: string; log: string; failure: string }> {
  const config = loadConfig({ BACKEND: backend, LOG_LEVEL: 'silent', AUDIT_LOG: 'off' }, false);
  const lines: unknown[] = [];
  const collect = (...line: unknown[]) => void lines.push(line);
  const module = await Test.createTestingModule({ imports: [AppModule.forRoot(config)] })
    .overrideProvider(BACKEND_TABLE)
    .useValue({ ...BACKENDS, tensorflow: () => startTensorflow(native) })
    .compile();
  module.useLogger({ log: collect, warn: collect, error: collect });
  await module.get(ModelLifecycle).start();
  const registry = module.get(ModelRegistry);
  const [, status] = registry.versions('car-evaluation')[0]!;
  const chosen = status.state === 'ready' ? status.slot.backend : undefined;
  await module.close();
  return { chosen, log: JSON.stringify(lines), failure: status.state === 'failed' ? status.error.message : '' };
}

const missing: NativeImport = () => Promise.reject(new Error("Cannot find package '@tensorflow/tfjs-node'"));

describe('BACKEND=auto', () => {
  it('takes wasm when the native package is not installed, and says so', async () => {
    const { chosen, log } = await choose('auto', missing);
    expect(chosen).toBe('wasm');
    expect(log).toMatch(/tensorflow is passed over: .*is not installed/);
  });

  it('takes wasm when the native package is there without its native library', async () => {
    const halfInstalled = () =>
      Promise.reject(new Error('The Node.js native addon module can not be found at path: x'));
    expect((await choose('auto', halfInstalled)).chosen).toBe('wasm');
  });

  it('takes wasm when the native package does not reproduce the golden records, and says so', async () => {
    const { chosen, log } = await choose('auto', fakeTfjsNode({ wrong: true }));
    expect(chosen).toBe('wasm');
    expect(log).toMatch(/tensorflow is passed over: car-evaluation 2\.0\.0: golden\.json/);
  });
});

describe('BACKEND=tensorflow', () => {
  it('does not fall back: the model is refused with the reason', async () => {
    const { chosen, failure } = await choose('tensorflow', missing);
    expect(chosen).toBeUndefined();
    expect(failure).toContain('@tensorflow/tfjs-node is not installed');
  });
});
