import util from 'node:util';
import { reasonOf, TensornestError } from '../../core/errors.js';
import type { InferenceBackend } from '../../core/ports/inference-backend.js';
import { type StartOptions, startTfjs } from './tfjs-backend.js';

/** Imports the native package, which registers itself with TensorFlow.js. */
export type NativeImport = () => Promise<unknown>;

// The package is optional and has no types here: where its install step failed there is nothing to resolve.
const NATIVE_PACKAGE = '@tensorflow/tfjs-node';
const importNative: NativeImport = () => import(NATIVE_PACKAGE);

/**
 * libtensorflow through `@tensorflow/tfjs-node`. Rejects with `backend-unavailable` when the package, or the native
 * library that its install step fetches, is not there.
 */
export async function startTensorflow(
  load: NativeImport = importNative,
  options: StartOptions = {},
): Promise<InferenceBackend> {
  restoreRemovedUtilities();
  try {
    await load();
  } catch (cause) {
    throw new TensornestError('backend-unavailable', `${NATIVE_PACKAGE} is not installed (${firstLine(cause)}).`, {
      cause,
    });
  }
  // NOTE: tfjs-node is unreliable with several instances in worker threads: there is one worker, however many are set.
  return startTfjs('tensorflow', 'tensorflow', { ...options, workers: 1 });
}

/**
 * NOTE: tfjs-node 4.22.0 calls `util.isNullOrUndefined` in nearly every op; Node 23 removed it. This can go when
 * https://github.com/tensorflow/tfjs/pull/8425 is released.
 */
function restoreRemovedUtilities(): void {
  const removed = util as { isNullOrUndefined?: (value: unknown) => boolean; isArray?: (value: unknown) => boolean };
  removed.isNullOrUndefined ??= (value) => value === null || value === undefined;
  removed.isArray ??= Array.isArray;
}

function firstLine(error: unknown): string {
  return reasonOf(error).split(/\n| imported from /, 1)[0] ?? '';
}
