import { startTensorflow } from '../../src/runtime/backends/tensorflow.backend.js';
import { fakeTfjsNode } from '../support/fake-tfjs-node.js';
import { describeGolden } from './golden-records.js';

// The native library where it is installed; a stand-in of the same interface where it is not.
const native = ['@tensorflow', 'tfjs-node'].join('/');
const installed = await import(native).then(
  () => true,
  () => false,
);
// A stand-in cannot be handed to a worker thread.
describeGolden(
  'tensorflow',
  () => (installed ? startTensorflow() : startTensorflow(fakeTfjsNode())),
  installed ? undefined : ['inline', 'sliced', 'tabulated'],
);
