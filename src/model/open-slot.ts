import { TensornestError } from '../core/errors.js';
import type { WantedPlacement } from '../core/placement.js';
import type { InferenceBackend, OpenModel, Placement } from '../core/ports/inference-backend.js';
import { countInputs } from '../encoding/finite-inputs.js';
import { RowEncoder } from '../encoding/row-encoder.js';
import { checkGolden } from './golden-check.js';
import { openTensorSlot } from './open-tensor-slot.js';
import { placementFor, rowsOfSlice, timeBatch } from './pace.js';
import type { OpenOptions } from './open-options.js';
import { type Manifest, MODEL_FILE } from './package/manifest.js';
import type { PackageManifest } from './package/package-manifest.js';
import type { ModelPackage, TabularPackage } from './package/reader.js';
import type { Slot } from './slot.js';
import { TabularSlot } from './tabular-slot.js';
import { tabulate } from './tabulated-model.js';

/** A model that has been proved, with how long a warm batch takes it. */
interface Proved {
  readonly model: OpenModel;
  readonly batchMs: number;
}

/** Opens a package on a backend and proves it: the shapes fit the signature and the golden records come out again. */
export async function openSlot(found: ModelPackage, backend: InferenceBackend, options: OpenOptions): Promise<Slot> {
  assertAble(found.manifest, backend);
  return found.kind === 'tabular'
    ? await openTabularSlot(found, backend, options)
    : await openTensorSlot(found, backend, options);
}

async function openTabularSlot(
  found: TabularPackage,
  backend: InferenceBackend,
  options: OpenOptions,
): Promise<TabularSlot> {
  const { manifest, digest, golden, signed } = found;
  const { signature } = manifest;
  const { model, batchMs } = await place(found, backend, options.placement);
  const { queueRows } = options;
  const inputs = countInputs(signature);
  const identity = { manifest, digest, signed, backend: backend.name };
  const rest = { ...identity, golden, ...(queueRows === undefined ? {} : { queueRows }) };
  if (inputs === null || inputs > options.tabulateInputs) {
    const maxRows = rowsOfSlice(model.placement, batchMs, options.batchRows);
    return new TabularSlot({ ...rest, layout: 'columns', model, maxRows });
  }
  try {
    const table = await tabulate(model, signature, inputs, options.batchRows);
    return new TabularSlot({ ...rest, layout: 'index', model: table, maxRows: options.batchRows });
  } finally {
    model.close();
  }
}

/**
 * Opens the model where it belongs. Which place that is shows only once it runs, so a heavy one is opened twice; where
 * the backend does not start in a worker, it stays where it has shown that it works.
 */
async function place(found: TabularPackage, backend: InferenceBackend, wanted: WantedPlacement): Promise<Proved> {
  const first = await prove(found, backend, wanted === 'auto' ? 'inline' : wanted);
  if (wanted !== 'auto' || placementFor(first.batchMs) === 'inline') return first;
  try {
    const second = await prove(found, backend, 'worker');
    first.model.close();
    return second;
  } catch (error) {
    if (error instanceof TensornestError && error.code === 'backend-unavailable') return first;
    first.model.close();
    throw error;
  }
}

async function prove(
  { manifest, golden, artifacts }: TabularPackage,
  backend: InferenceBackend,
  placement: Placement,
): Promise<Proved> {
  const encoder = new RowEncoder(manifest.signature);
  const model = await backend.open(artifacts, placement);
  try {
    assertShapes(model, encoder.width, manifest);
    await checkGolden(model, encoder, golden);
    return { model, batchMs: await timeBatch(model, encoder, golden) };
  } catch (error) {
    model.close();
    throw error;
  }
}

function assertAble({ runtime }: PackageManifest, { name }: InferenceBackend): void {
  if (runtime.backends.includes(name)) return;
  const able = runtime.backends.join(', ');
  throw new TensornestError('backend-unavailable', `The model runs on ${able} only, not on ${name}.`);
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
