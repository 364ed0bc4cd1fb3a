import { DEFAULT_FUNCTION, type Feature, type Signature, type TensorMethod } from '../../core/signature.js';
import type { Datatype, TensorSpec } from '../../core/tensor.js';
import type { Slot } from '../../model/slot.js';
import { layOut } from '../../encoding/row-layout.js';

/** One way to ask a model with tensors, as metadata shows it. */
export interface FunctionInterface {
  readonly method: TensorMethod;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}

/** The functions of a model by name; `serving_default` comes first. */
export type ModelInterface = Readonly<Record<string, FunctionInterface>>;

/** The function of a tabular classifier that takes the encoded matrix. */
export const ENCODED_FUNCTION = 'encoded';
/** The function of a tabular classifier that answers TensorFlow Serving's `classify`. */
export const CLASSIFY_FUNCTION = 'classify';

export const OUTPUTS = { probabilities: 'probabilities', index: 'class', label: 'label' } as const;

const interfaces = new WeakMap<Slot, ModelInterface>();

/** How the model can be asked with tensors. */
export function interfaceOf(slot: Slot): ModelInterface {
  let found = interfaces.get(slot);
  if (found === undefined) {
    const { signature } = slot.manifest;
    found = signature.kind === 'tensor' ? inOrder(signature.functions) : tabularInterface(signature);
    interfaces.set(slot, found);
  }
  return found;
}

/** The name of the encoded matrix: `encoded`, or longer where a feature has that name. */
export function matrixName({ features }: Signature): string {
  let name = 'encoded';
  while (features.some((feature) => feature.name === name)) name += '_';
  return name;
}

/** What a feature is as a tensor: text for categories, whole or floating-point numbers otherwise. */
export function datatypeOf(feature: Feature): Datatype {
  if (feature.kind === 'categorical') return 'BYTES';
  return feature.integer ? 'INT64' : 'FP64';
}

function tabularInterface(signature: Signature): ModelInterface {
  const columns = signature.features.map((feature) => ({
    name: feature.name,
    datatype: datatypeOf(feature),
    shape: [-1],
  }));
  const { width } = layOut(signature, 'columns');
  const matrix = [{ name: matrixName(signature), datatype: 'FP32', shape: [-1, width] }] as const;
  const outputs: TensorSpec[] = [
    { name: OUTPUTS.probabilities, datatype: 'FP32', shape: [-1, signature.classes.length] },
    { name: OUTPUTS.index, datatype: 'INT32', shape: [-1] },
    { name: OUTPUTS.label, datatype: 'BYTES', shape: [-1] },
  ];
  const scores: TensorSpec[] = [
    { name: 'classes', datatype: 'BYTES', shape: [-1, signature.classes.length] },
    { name: 'scores', datatype: 'FP32', shape: [-1, signature.classes.length] },
  ];
  return {
    [DEFAULT_FUNCTION]: { method: 'predict', inputs: columns, outputs },
    [ENCODED_FUNCTION]: { method: 'predict', inputs: matrix, outputs },
    [CLASSIFY_FUNCTION]: { method: 'classify', inputs: columns, outputs: scores },
  };
}

function inOrder(functions: ModelInterface): ModelInterface {
  const { [DEFAULT_FUNCTION]: first, ...others } = functions;
  return { [DEFAULT_FUNCTION]: first!, ...others };
}
