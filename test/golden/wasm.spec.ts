import { BACKENDS } from '../../src/runtime/backends/index.js';
import { describeGolden } from './golden-records.js';

describeGolden('wasm', BACKENDS.wasm);
