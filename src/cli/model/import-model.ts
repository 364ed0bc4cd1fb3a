import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TensornestError } from '../../core/errors.js';
import type { InferenceBackend, ModelArtifacts } from '../../core/ports/inference-backend.js';
import { DEFAULT_FUNCTION, type TensorFunction } from '../../core/signature.js';
import { carrierOf, elementCount, type Elements, type Tensor, type TensorSpec } from '../../core/tensor.js';
import { assertConfined } from '../../model/package/integrity.js';
import type { TensorGolden, TensorManifest } from '../../model/package/tensor-manifest.js';
import { WEIGHTS_FILE, writePackage } from '../../model/package/writer.js';
import { recordTensor } from '../../model/tensor-golden.js';
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
 * Makes a package of a tensor model from any TensorFlow.js model: `file` is its `model.json`, its weights are where that
 * says. The signature is what the model declares, and the golden records are what it answers now to inputs drawn with
 * `seed`. Resolves to the package's folder.
 */
export async function importModel(
  file: string,
  modelsDir: string,
  { name, version, licence, seed }: ImportOptions,
  backend: InferenceBackend,
): Promise<string> {
  const artifacts = await readArtifacts(file);
  const called = await backend.inspect(artifacts);
  const { weightsManifest, ...rest } = artifacts.modelJson;
  const weights = (weightsManifest as { weights: unknown[] }[]).flatMap((group) => group.weights);
  return writePackage<TensorManifest>(modelsDir, {
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
    modelJson: { ...rest, format: artifacts.format, weightsManifest: [{ paths: [WEIGHTS_FILE], weights }] },
    weights: new Uint8Array(artifacts.weights),
    golden: { records: await recordGolden(called, artifacts, backend, seed) },
    card: `# ${name}\n\nImported from a TensorFlow.js ${artifacts.format}. Its golden records are what it answered then.\n`,
  });
}

async function readArtifacts(file: string): Promise<ModelArtifacts> {
  const modelJson = parse(await readFile(file, 'utf8'));
  const { weightsManifest } = modelJson as { weightsManifest?: readonly { paths: readonly string[] }[] };
  if (!Array.isArray(weightsManifest)) throw new TensornestError('model-invalid', `${file}: has no weightsManifest.`);
  const paths = (weightsManifest as readonly { paths: readonly string[] }[]).flatMap((group) => group.paths);
  paths.forEach(assertConfined);
  const parts = await Promise.all(paths.map((path) => readFile(join(dirname(file), path))));
  const weights = new Uint8Array(Buffer.concat(parts));
  return { format: formatOf(modelJson), modelJson, weights: weights.buffer };
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw new TensornestError('model-invalid', 'The model is not valid JSON.', { cause });
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
