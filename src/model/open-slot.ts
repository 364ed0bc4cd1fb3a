import { TensornestError } from '../core/errors.js';
import type { InferenceBackend, OpenModel } from '../core/ports/inference-backend.js';
import { RowEncoder } from '../encoding/row-encoder.js';
import { checkGolden } from './golden-check.js';
import { ModelSlot } from './model-slot.js';
import { type Manifest, MODEL_FILE } from './package/manifest.js';
import type { ModelPackage } from './package/reader.js';

/** Opens a package on a backend and proves it: the shapes fit the signature and the golden records come out again. */
export async function openSlot(found: ModelPackage, backend: InferenceBackend): Promise<ModelSlot> {
  const { manifest, digest, golden, artifacts } = found;
  if (!manifest.runtime.backends.includes(backend.name)) {
    const able = manifest.runtime.backends.join(', ');
    throw new TensornestError('backend-unavailable', `The model runs on ${able} only, not on ${backend.name}.`);
  }
  const encoder = new RowEncoder(manifest.signature);
  const model = await backend.open(artifacts);
  try {
    assertShapes(model, encoder.width, manifest);
    await checkGolden(model, encoder, golden);
  } catch (error) {
    model.close();
    throw error;
  }
  return new ModelSlot({ manifest, digest, backend: backend.name, golden, encoder, model });
}

function assertShapes(model: OpenModel, width: number, { signature }: Manifest): void {
  const classes = signature.classes.length;
  if (model.inputWidth !== null && model.inputWidth !== width) {
    throw new TensornestError(
      'signature-mismatch',
      `${MODEL_FILE}: takes ${model.inputWidth} numbers a row, the signature's features make ${width}.`,
    );
  }
  if (model.outputWidth !== null && model.outputWidth !== classes) {
    throw new TensornestError(
      'signature-mismatch',
      `${MODEL_FILE}: answers ${model.outputWidth} numbers a row, the signature has ${classes} classes.`,
    );
  }
}
