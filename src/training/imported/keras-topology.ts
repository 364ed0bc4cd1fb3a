/** A parsed part of `model.json`. */
export type Json = Readonly<Record<string, unknown>>;

/** A layer in the form that TensorFlow.js reads, which is that of Keras 2. */
export interface KerasLayer {
  readonly class_name: string;
  readonly name: string;
  readonly config: Json;
  /** By call of the layer: the tensors that it is called with. Absent in a sequential model. */
  readonly inbound_nodes?: readonly (readonly TensorPlace[])[];
}

/** Name of a layer, number of its call, number of the output, further arguments of the call. */
export type TensorPlace = readonly [layer: string, call: number, output: number, arguments: Json];

export interface KerasModel {
  readonly class_name: string;
  readonly config: Json & {
    readonly name: string;
    readonly layers: readonly KerasLayer[];
    readonly input_layers?: readonly (readonly [string, number, number])[];
    readonly output_layers?: readonly (readonly [string, number, number])[];
  };
}

/** What only training needs: TensorFlow.js does not know all of it, such as Keras' `L2`. */
const TRAINING_ONLY = /_(regularizer|constraint)$/;

/**
 * The layers of a model in the form that TensorFlow.js reads, whichever Keras wrote them. Undefined where there are none.
 *
 * Keras 3 says `batch_shape` for `batch_input_shape`, describes types and activations by objects, and the tensors of a call
 * by `__keras_tensor__` objects: https://github.com/tensorflow/tfjs/issues/8328.
 */
export function kerasModelOf(topology: unknown): KerasModel | undefined {
  if (!isObject(topology)) return undefined;
  const model = isObject(topology.model_config) ? topology.model_config : topology;
  const layers = Array.isArray(model.config) ? model.config : isObject(model.config) ? model.config.layers : undefined;
  if (typeof model.class_name !== 'string' || !Array.isArray(layers)) return undefined;
  // The first Keras wrote the layers of a sequential model in the place of its configuration.
  const config = isObject(model.config) && !Array.isArray(model.config) ? model.config : {};
  return {
    class_name: model.class_name,
    config: {
      name: typeof config.name === 'string' ? config.name : 'model',
      layers: layers.filter(isObject).map(layerOf),
      ...('input_layers' in config ? { input_layers: placesOf(config.input_layers) } : {}),
      ...('output_layers' in config ? { output_layers: placesOf(config.output_layers) } : {}),
    },
  };
}

function layerOf(layer: Json): KerasLayer {
  const config = isObject(layer.config) ? layer.config : {};
  const nested = kerasModelOf(layer)?.config;
  const name = [layer.name, config.name, nested?.name].find((one) => typeof one === 'string') ?? '';
  return {
    class_name: String(layer.class_name),
    name,
    config: nested ?? configOf(config),
    ...(Array.isArray(layer.inbound_nodes)
      ? { inbound_nodes: layer.inbound_nodes.map(tensorsIn).filter((places) => places.length > 0) }
      : {}),
  };
}

function configOf(config: Json): Json {
  const entries = Object.entries(config).flatMap(([key, value]): [string, unknown][] => {
    if (TRAINING_ONLY.test(key)) return [];
    if (key === 'batch_shape') return [['batch_input_shape', value]];
    if (key === 'dtype') return [[key, typeOf(value)]];
    if (key === 'axis' && Array.isArray(value) && value.length === 1) return [[key, value[0]]];
    return [[key, isFunction(value) ? value.config : wrappedLayer(value)]];
  });
  return Object.fromEntries(entries);
}

/** A layer around another, such as `Bidirectional`, has that in its configuration. */
function wrappedLayer(value: unknown): unknown {
  const isLayer = isObject(value) && typeof value.class_name === 'string' && isObject(value.config);
  return isLayer && 'units' in (value.config as Json) ? layerOf(value) : value;
}

/** A policy of Keras names a type; the variables of a mixed one are float32. */
function typeOf(value: unknown): unknown {
  const name = isObject(value) && isObject(value.config) ? value.config.name : value;
  return typeof name === 'string' && name.startsWith('mixed_') ? 'float32' : name;
}

function isFunction(value: unknown): value is Json & { readonly config: string } {
  return isObject(value) && value.class_name === 'function' && typeof value.config === 'string';
}

/** The tensors that a call names, in their order, however deep. */
function tensorsIn(value: unknown): TensorPlace[] {
  if (Array.isArray(value)) {
    const [layer, call, output, more] = value as unknown[];
    return typeof layer === 'string' && typeof call === 'number' && typeof output === 'number'
      ? [[layer, call, output, isObject(more) && !Array.isArray(more) ? more : {}]]
      : value.flatMap(tensorsIn);
  }
  if (!isObject(value)) return [];
  if (value.class_name === '__keras_tensor__' && isObject(value.config)) return tensorsIn(value.config.keras_history);
  return Object.values(value).flatMap(tensorsIn);
}

/** Keras 3 writes one place without a list around it, and a list or an object of several. */
function placesOf(value: unknown): [string, number, number][] {
  return tensorsIn(value).map(([layer, call, output]) => [layer, call, output]);
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null;
}
