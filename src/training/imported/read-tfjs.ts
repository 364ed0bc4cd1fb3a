import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type z } from 'zod';
import { TensornestError } from '../../core/errors.js';
import type { ModelArtifacts } from '../../core/ports/inference-backend.js';
import { assertConfined } from '../../model/package/integrity.js';
import { assertKnownLayers, layerPlaces, type ModelJson, ModelJsonSchema } from '../../model/package/model-json.js';
import { assertSoundWeights, layOutWeights } from '../../model/package/weights.js';
import { WEIGHTS_FILE } from '../../model/package/writer.js';
import type { ModelFiles } from '../model-files.js';
import { withoutNormalization } from './keras-normalization.js';
import { type KerasModel, kerasModelOf } from './keras-topology.js';

/** Layers of Keras that tabular models often have and TensorFlow.js has not, and what to do about each. */
const HINTS: Readonly<Record<string, string>> = {
  StringLookup: 'leave it out: the signature encodes categories',
  IntegerLookup: 'leave it out: the signature encodes categories',
  Discretization: 'do what it does before the rows are sent',
  Hashing: 'leave it out: the signature encodes categories',
  Lambda: 'use a layer that Keras has for it',
};
const AS_GRAPH = 'or convert a SavedModel to a graph model (tensorflowjs_converter --input_format=tf_saved_model)';

/**
 * The model whose `model.json` is `file` and holds `modelJson`, with its weights, in the form that TensorFlow.js reads:
 * whichever Keras wrote its layers, and in whatever order the converter wrote their weights. Refuses weights that are not
 * beside `file`, are not as long as it says or hold no numbers, and layers that TensorFlow.js does not have.
 */
export async function readTfjs(file: string, modelJson: Record<string, unknown>): Promise<ModelArtifacts> {
  const parsed = ModelJsonSchema.safeParse(modelJson);
  if (!parsed.success) {
    const lacks = 'weightsManifest' in modelJson ? explain(parsed.error) : 'it has no weightsManifest';
    throw new TensornestError('model-invalid', `${file}: is no model of TensorFlow.js: ${lacks}.`);
  }
  const paths = parsed.data.weightsManifest.flatMap((group) => group.paths);
  paths.forEach(assertConfined);
  const parts = await Promise.all(paths.map((path) => readShard(join(dirname(file), path))));
  const weights = new Uint8Array(Buffer.concat(parts));
  await assertSoundWeights(
    parsed.data.weightsManifest.flatMap((group) => group.weights),
    weights.buffer,
  );
  const format = formatOf(modelJson);
  const model = format === 'layers-model' ? kerasModelOf(modelJson.modelTopology) : undefined;
  if (model === undefined) return { format, modelJson: parsed.data, weights: weights.buffer };
  return { format, ...inOrder(file, parsed.data, model, weights) };
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

function explain({ issues: [issue] }: z.ZodError): string {
  return `${issue!.path.join('.')}: ${issue!.message}`;
}

async function readShard(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new TensornestError(
      'file-missing',
      `${path}: its weights cannot be read (${code}). model.json and all of its .bin files belong into one folder.`,
      { cause },
    );
  }
}

/** Older files do not say which they are, but only a graph has nodes. */
function formatOf({ format, modelTopology }: Record<string, unknown>): ModelArtifacts['format'] {
  if (format === 'graph-model' || format === 'layers-model') return format;
  return typeof modelTopology === 'object' && modelTopology !== null && 'node' in modelTopology
    ? 'graph-model'
    : 'layers-model';
}

function assertAble(file: string, model: KerasModel): void {
  const odd = model.config.layers.find(({ class_name: name }) => name in HINTS);
  if (odd !== undefined) {
    throw new TensornestError(
      'layer-unknown',
      `${file}: has a ${odd.class_name} layer ("${odd.name}"), which TensorFlow.js has not: ${HINTS[odd.class_name]}, ${AS_GRAPH}.`,
    );
  }
  assertKnownLayers({ modelTopology: { ...model }, weightsManifest: [] });
}

/**
 * The weights behind each other as the layers are: the converter writes them in the order of the layers' names, and Keras 3
 * puts the name of the model before them.
 */
function inOrder(file: string, { weightsManifest, ...rest }: ModelJson, given: KerasModel, bytes: Uint8Array) {
  const places = layerPlaces({ ...given });
  const named = layOutWeights(weightsManifest.flatMap((group) => group.weights)).map(({ spec, from, to }) => ({
    spec: { ...spec, name: placed(spec.name, places, given.config.name)[0] },
    bytes: bytes.subarray(from, to),
  }));
  const { model, weights: known } = withoutNormalization(given, named);
  assertAble(file, model);
  const weights = known
    .map((weight) => ({ ...weight, place: placed(weight.spec.name, places, given.config.name)[1] }))
    .sort((one, other) => one.place - other.place);
  const { trainingConfig: _, ...kept } = rest;
  const modelJson = {
    ...kept,
    modelTopology: { ...model, config: { ...model.config } },
    weightsManifest: [{ paths: [WEIGHTS_FILE], weights: weights.map(({ spec }) => spec) }],
  };
  return { modelJson, weights: new Uint8Array(Buffer.concat(weights.map((tensor) => tensor.bytes))).buffer };
}

/** The name of a weight from its layer on, and the place of that layer; those of no layer come last. */
function placed(name: string, places: ReadonlyMap<string, number>, model: string): [name: string, place: number] {
  const steps = name.split('/');
  for (let from = 0; from < steps.length; from += 1) {
    for (let to = steps.length - 1; to > from; to -= 1) {
      const layer = steps.slice(from, to).join('/');
      if (layer !== model && places.has(layer)) return [steps.slice(from).join('/'), places.get(layer)!];
    }
  }
  return [name, Infinity];
}
