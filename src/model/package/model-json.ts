import { z } from 'zod';
import { TensornestError } from '../../core/errors.js';
import { isRemote } from './integrity.js';
import { LAYER_CLASSES } from './layer-classes.js';
import { MODEL_FILE } from './manifest.js';

const weightSpec = z.looseObject({
  name: z.string(),
  shape: z.array(z.int().min(0)),
  dtype: z.string(),
  quantization: z
    .looseObject({ dtype: z.string(), scale: z.number().optional(), min: z.number().optional() })
    .optional(),
});

/** What `model.json` must be, whichever format it has; what else is in it is left as it is. */
export const ModelJsonSchema = z.looseObject({
  modelTopology: z.looseObject({}),
  weightsManifest: z.array(z.looseObject({ paths: z.array(z.string()), weights: z.array(weightSpec) })),
});

export type ModelJson = z.infer<typeof ModelJsonSchema>;
/** One tensor of the weight files: they hold the tensors one after the other, in the order of these entries. */
export type WeightSpec = z.infer<typeof weightSpec>;

type JsonObject = Readonly<Record<string, unknown>>;

/** The parts of a layer that the weight files hold, in the order in which every layer creates its own. */
const PARTS = [
  ...['kernel', 'depthwise_kernel', 'pointwise_kernel', 'recurrent_kernel', 'bias'],
  ...['gamma', 'beta', 'moving_mean', 'moving_variance'],
];
/** Not changed by training: they stand with the layers that are frozen. */
const MOVING = new Set(['moving_mean', 'moving_variance']);

interface Layer {
  readonly place: number;
  readonly frozen: boolean;
}

/** Refuses a topology or a list of weights that points out of the package. */
export function assertNothingRemote({ modelTopology, weightsManifest }: ModelJson): void {
  for (const object of objectsIn([modelTopology, weightsManifest])) {
    for (const value of Object.values(object)) {
      if (typeof value !== 'string' || !isRemote(value)) continue;
      throw new TensornestError(
        'path-remote',
        `${MODEL_FILE}: refers to ${JSON.stringify(value)}, but a package holds all of its model itself.`,
      );
    }
  }
}

/** Refuses a layers model with a class that is not TensorFlow.js' own. */
export function assertKnownLayers({ modelTopology }: ModelJson): void {
  for (const { class_name: name } of objectsIn(layersOf(modelTopology))) {
    if (typeof name !== 'string' || LAYER_CLASSES.has(name)) continue;
    throw new TensornestError(
      'layer-unknown',
      `${MODEL_FILE}: has a ${JSON.stringify(name)}, which is not one of the layer classes of TensorFlow.js.`,
    );
  }
}

/**
 * Refuses a layers model whose weight entries are not in the order of its layers: TensorFlow.js takes the bytes in the
 * order of the entries, so entries that have changed places load and answer wrongly.
 */
export function assertWeightsInOrder({ modelTopology, weightsManifest }: ModelJson): void {
  const layers = placesOf(modelTopology);
  const last: Partial<Record<'trainable' | 'fixed', { spec: string; layer: number; part: number }>> = {};
  for (const { name } of weightsManifest.flatMap(({ weights }) => weights)) {
    const steps = name.split('/');
    const part = steps.at(-1)!;
    const layer = steps.map((_, at) => layers.get(steps.slice(0, -1 - at).join('/'))).find((found) => found);
    if (layer === undefined) continue;
    // Saving writes what is trained first and the rest behind it; both are in the order of the layers.
    const group = layer.frozen || MOVING.has(part) ? 'fixed' : 'trainable';
    const here = { spec: name, layer: layer.place, part: PARTS.indexOf(part) };
    const before = last[group];
    if (before !== undefined && isBefore(here, before)) {
      throw new TensornestError(
        'weights-order',
        `${MODEL_FILE}: weightsManifest lists ${before.spec} before ${name}, the layers have them the other way round.`,
      );
    }
    last[group] = here;
  }
}

function isBefore(one: { layer: number; part: number }, other: { layer: number; part: number }): boolean {
  if (one.layer !== other.layer) return one.layer < other.layer;
  return one.part !== -1 && one.part < other.part;
}

/** Each layer's place in the topology, by name. */
export function layerPlaces(topology: JsonObject): ReadonlyMap<string, number> {
  return new Map([...placesOf(topology)].map(([name, { place }]) => [name, place]));
}

/** Each layer's place in the topology, by name; those of a nested model are frozen with it. */
function placesOf(topology: JsonObject): ReadonlyMap<string, Layer> {
  const layers = new Map<string, Layer>();
  const frozen = new Set<unknown>();
  for (const object of objectsIn(layersOf(topology), (parent, child) => frozen.has(parent) && frozen.add(child))) {
    const { class_name: kind, config } = object as { class_name?: unknown; config?: JsonObject | null };
    if (config?.trainable === false) frozen.add(object).add(config);
    if (typeof kind !== 'string' || typeof config?.name !== 'string') continue;
    layers.set(config.name, { place: layers.size, frozen: frozen.has(object) });
  }
  return layers;
}

/** Keras keeps how a model was trained beside its layers. */
function layersOf(topology: JsonObject): unknown {
  return topology.model_config ?? topology;
}

/** Every object in a parsed JSON value, in the order of the text. Not recursive: the depth is somebody else's choice. */
function* objectsIn(value: unknown, entered: (parent: object, child: object) => void = () => undefined) {
  const open: object[] = isObject(value) ? [value] : [];
  for (let object = open.pop(); object !== undefined; object = open.pop()) {
    const children = Object.values(object).filter(isObject);
    if (!Array.isArray(object)) yield object as JsonObject;
    for (const child of children) entered(object, child);
    open.push(...children.reverse());
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
