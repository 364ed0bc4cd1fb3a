import { TensornestError } from '../core/errors.js';
import type { WantedPlacement } from '../core/placement.js';
import type { InferenceBackend, OpenTensorModel, Placement } from '../core/ports/inference-backend.js';
import type { OpenOptions } from './open-options.js';
import { placementFor } from './pace.js';
import type { TensorPackage } from './package/reader.js';
import { checkTensorGolden } from './tensor-golden.js';
import { TensorSlot } from './tensor-slot.js';

/** A model that has been proved, with how long its warm golden records take at most. */
interface Proved {
  readonly model: OpenTensorModel;
  readonly recordMs: number;
}

/** Opens a package of a tensor model on a backend and proves it: its golden records come out again. */
export async function openTensorSlot(
  found: TensorPackage,
  backend: InferenceBackend,
  { placement, queueRows }: Pick<OpenOptions, 'placement' | 'queueRows'>,
): Promise<TensorSlot> {
  const { manifest, digest, golden, signed } = found;
  const model = await place(found, backend, placement);
  return new TensorSlot({
    manifest,
    digest,
    signed,
    backend: backend.name,
    golden,
    model,
    ...(queueRows === undefined ? {} : { queueRows }),
  });
}

/** As with tabular models: one that would keep the event loop for long goes to the workers, where there are any. */
async function place(
  found: TensorPackage,
  backend: InferenceBackend,
  wanted: WantedPlacement,
): Promise<OpenTensorModel> {
  const first = await prove(found, backend, wanted === 'auto' ? 'inline' : wanted);
  if (wanted !== 'auto' || placementFor(first.recordMs) === 'inline') return first.model;
  try {
    const second = await prove(found, backend, 'worker');
    first.model.close();
    return second.model;
  } catch (error) {
    if (error instanceof TensornestError && error.code === 'backend-unavailable') return first.model;
    first.model.close();
    throw error;
  }
}

async function prove(
  { manifest, golden, artifacts }: TensorPackage,
  backend: InferenceBackend,
  placement: Placement,
): Promise<Proved> {
  const model = await backend.openTensors(artifacts, placement);
  try {
    await checkTensorGolden(model, manifest.signature, golden);
    let recordMs = 0;
    for (const record of golden.records) {
      const started = performance.now();
      await checkTensorGolden(model, manifest.signature, { records: [record] });
      recordMs = Math.max(recordMs, performance.now() - started);
    }
    return { model, recordMs };
  } catch (error) {
    model.close();
    if (error instanceof TensornestError) throw error;
    throw new TensornestError('signature-mismatch', `model.json: ${describe(error)}.`, { cause: error });
  }
}

function describe(error: unknown): string {
  const [line] = (error instanceof Error ? error.message : String(error)).split('\n');
  return `the signature does not fit the model (${line?.replace(/\.$/, '')})`;
}
