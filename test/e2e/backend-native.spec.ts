import { expect, it } from 'vitest';
import { chooseBackend } from '../support/choose-backend.js';
import { fakeTfjsNode } from '../support/fake-tfjs-node.js';

// In a file of its own: what is registered with TensorFlow.js stays registered for the whole realm.
it('BACKEND=auto takes the native backend when it reproduces the golden records, and says so', async () => {
  const { chosen, log } = await chooseBackend('auto', fakeTfjsNode());
  expect(chosen).toBe('tensorflow');
  expect(log).toContain('it reproduces the golden records of every model');
});
