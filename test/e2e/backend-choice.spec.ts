import { describe, expect, it } from 'vitest';
import type { NativeImport } from '../../src/runtime/backends/tensorflow.backend.js';
import { chooseBackend } from '../support/choose-backend.js';
import { fakeTfjsNode } from '../support/fake-tfjs-node.js';

const missing: NativeImport = () => Promise.reject(new Error("Cannot find package '@tensorflow/tfjs-node'"));

describe('BACKEND=auto', () => {
  it('takes wasm when the native package is not installed, and says so', async () => {
    const { chosen, log } = await chooseBackend('auto', missing);
    expect(chosen).toBe('wasm');
    expect(log).toMatch(/tensorflow is passed over: .*is not installed/);
  });

  it('takes wasm when the native package is there without its native library', async () => {
    const halfInstalled = () =>
      Promise.reject(new Error('The Node.js native addon module can not be found at path: x'));
    expect((await chooseBackend('auto', halfInstalled)).chosen).toBe('wasm');
  });

  it('takes wasm when the native package does not reproduce the golden records, and says so', async () => {
    const { chosen, log } = await chooseBackend('auto', fakeTfjsNode({ wrong: true }));
    expect(chosen).toBe('wasm');
    expect(log).toMatch(/tensorflow is passed over: car-evaluation 2\.0\.0: golden\.json/);
  });
});

describe('BACKEND=tensorflow', () => {
  it('does not fall back: the model is refused with the reason', async () => {
    const { chosen, failure } = await chooseBackend('tensorflow', missing);
    expect(chosen).toBeUndefined();
    expect(failure).toContain('@tensorflow/tfjs-node is not installed');
  });
});
