import type { InferenceBackend, ModelArtifacts } from '../../core/ports/inference-backend.js';
import { DEFAULT_FUNCTION, type TensorFunction } from '../../core/signature.js';
import { carrierOf, elementCount, type Elements, type Tensor, type TensorSpec } from '../../core/tensor.js';
import type { TensorGolden, TensorManifest } from '../../model/package/tensor-manifest.js';
import type { PackageContents } from '../../model/package/writer.js';
import { recordTensor } from '../../model/tensor-golden.js';
import type { Identity } from '../../training/imported/imported-package.js';
import { filesOf } from '../../training/imported/read-tfjs.js';
import { seededRandom } from '../../training/random.js';

const RECORDS = 3;
/** What stands for an open dimension in the golden records. */
const OPEN_LENGTH = 2;

/**
 * A package of a tensor model from any TensorFlow.js model that `readTfjs` has read. The signature is what the model
 * declares, `called`, and the golden records are what it answers now to inputs drawn with `seed`.
 */
export async function importTensors(
  artifacts: ModelArtifacts,
  called: TensorFunction,
  { name, version, licence }: Pick<Identity, 'name' | 'version' | 'licence'>,
  seed: number,
  backend: InferenceBackend,
): Promise<PackageContents<TensorManifest>> {
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
