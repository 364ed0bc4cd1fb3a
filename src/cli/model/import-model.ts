import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { TensornestError } from '../../core/errors.js';
import type { InferenceBackend, ModelArtifacts } from '../../core/ports/inference-backend.js';
import { DEFAULT_FUNCTION, type TensorFunction } from '../../core/signature.js';
import { carrierOf, elementCount, type Elements, type Tensor, type TensorSpec } from '../../core/tensor.js';
import { assertConfined } from '../../model/package/integrity.js';
import type { TensorGolden, TensorManifest } from '../../model/package/tensor-manifest.js';
import { type PackageContents, WEIGHTS_FILE } from '../../model/package/writer.js';
import { recordTensor } from '../../model/tensor-golden.js';
import type { ModelFiles } from '../../training/model-files.js';
import { seededRandom } from '../../training/random.js';

export interface ImportOptions {
  readonly name: string;
  readonly version: string;
  /** SPDX identifier. */
  readonly licence: string;
  /** Decides the inputs of the golden records. */
  readonly seed: number;
}

const RECORDS = 3;
/** What stands for an open dimension in the golden records. */
const OPEN_LENGTH = 2;

/**
 * A package of a tensor model from any TensorFlow.js model: `file` is its `model.json`, which holds `modelJson`, and its
 * weights are where that says. The signature is what the model declares, and the golden records are what it answers now
 * to inputs drawn with `seed`.
 */
export async function importTensors(
  file: string,
  modelJson: Record<string, unknown>,
  { name, version, licence, seed }: ImportOptions,
  backend: InferenceBackend,
): Promise<PackageContents<TensorManifest>> {
  const artifacts = await readArtifacts(file, modelJson);
  const called = await backend.inspect(artifacts);
  return {
    manifest: {
      name,
      version,
      title: name,
      description: `Imported from a TensorFlow.js ${artifacts.format}.`,
      licence,
      task: 'tensors',
      signature: { kind: 'tensor', functions: { [DEFAULT_FUNCTION]: structuredClone(called) as never } },
      runtime: { format: artifacts.format, backends: ['wasm', 'cpu', 'tensorflow'] },
    },
    ...filesOf(artifacts),
    golden: { records: await recordGolden(called, artifacts, backend, seed) },
    card: `# ${name}\n\nImported from a TensorFlow.js ${artifacts.format}. Its golden records are what it answered then.\n`,
  };
}

/** The model with all weights in one file. */
export function filesOf({ format, modelJson, weights: bytes }: ModelArtifacts): ModelFiles {
  const { weightsManifest, ...rest } = modelJson;
  const weights = (weightsManifest as { weights: unknown[] }[]).flatMap((group) => group.weights);
  return {
    modelJson: { ...rest, format, weightsManifest: [{ paths: [WEIGHTS_FILE], weights }] },
    weights: new Uint8Array(bytes),
  };
}

/** The model and its weights. Refuses weights that are not beside `file`, or not as long as it says. */
export async function readArtifacts(file: string, modelJson: Record<string, unknown>): Promise<ModelArtifacts> {
  const manifest = z
    .array(z.looseObject({ paths: z.array(z.string()), weights: z.array(z.unknown()) }))
    .safeParse(modelJson.weightsManifest);
  if (!manifest.success) {
    throw new TensornestError('model-invalid', `${file}: is no model of TensorFlow.js: it has no weightsManifest.`);
  }
  const paths = manifest.data.flatMap((group) => group.paths);
  paths.forEach(assertConfined);
  const parts = await Promise.all(paths.map((path) => readWeights(join(dirname(file), path))));
  const weights = new Uint8Array(Buffer.concat(parts));
  return { format: formatOf(modelJson), modelJson, weights: weights.buffer };
}

async function readWeights(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new TensornestError('file-missing', `${path}: its weights cannot be read (${code}).`, { cause });
  }
}

/** Older files do not say which they are, but only a graph has nodes. */
function formatOf({ format, modelTopology }: Record<string, unknown>): ModelArtifacts['format'] {
  if (format === 'graph-model' || format === 'layers-model') return format;
  return typeof modelTopology === 'object' && modelTopology !== null && 'node' in modelTopology
    ? 'graph-model'
    : 'layers-model';
}

async function recordGolden(
  called: TensorFunction,
  artifacts: ModelArtifacts,
  backend: InferenceBackend,
  seed: number,
): Promise<TensorGolden['records']> {
  const random = seededRandom(seed);
  const fraction = () => (random.next() >>> 0) / 2 ** 32;
  const model = await backend.openTensors(artifacts, 'inline');
  try {
    const records: TensorGolden['records'] = [];
    for (let record = 0; record < RECORDS; record += 1) {
      const inputs = called.inputs.map((spec) => draw(spec, fraction));
      const outputs = await model.run(
        called,
        inputs,
        called.outputs.map(({ name }) => name),
      );
      records.push({ function: DEFAULT_FUNCTION, inputs: toRecord(inputs), outputs: toRecord(outputs) });
    }
    return records;
  } finally {
    model.close();
  }
}

function toRecord(tensors: readonly Tensor[]) {
  return Object.fromEntries(tensors.map((tensor) => [tensor.name, recordTensor(tensor)]));
}

function draw({ name, datatype, shape: promised }: TensorSpec, fraction: () => number): Tensor {
  const shape = (promised ?? [-1]).map((length) => (length === -1 ? OPEN_LENGTH : length));
  return { name, datatype, shape, data: drawElements(carrierOf(datatype), elementCount(shape), fraction) };
}

/** Small numbers: every datatype can hold them, and an index into most tables is among them. */
function drawElements(carrier: ReturnType<typeof carrierOf>, count: number, fraction: () => number): Elements {
  switch (carrier) {
    case 'float32':
      return Float32Array.from({ length: count }, fraction);
    case 'int32':
      return Int32Array.from({ length: count }, () => Math.floor(2 * fraction()));
    case 'bool':
      return Uint8Array.from({ length: count }, () => Math.floor(2 * fraction()));
    case 'string':
      return Array.from({ length: count }, () => new TextEncoder().encode(fraction().toFixed(6)));
  }
}
