import util from 'node:util';
import { expect, it } from 'vitest';
import { startTensorflow } from './tensorflow.backend.js';
import { fakeTfjsNode } from '../../../test/support/fake-tfjs-node.js';

it('the native backend starts on a Node that has lost the utilities it calls', async () => {
  const removed = util as { isNullOrUndefined?: unknown };
  delete removed.isNullOrUndefined;
  const backend = await startTensorflow(fakeTfjsNode());
  expect(backend.name).toBe('tensorflow');
  expect(removed.isNullOrUndefined).toBeTypeOf('function');
});
