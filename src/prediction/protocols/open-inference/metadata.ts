import type { TensorSpec } from '../../../core/tensor.js';
import type { Slot } from '../../../model/slot.js';
import { layOut } from '../../../encoding/row-layout.js';
import { interfaceOf, matrixName } from '../../tensors/model-interface.js';

export interface TensorMetadata {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
}

export interface ModelMetadata {
  readonly name: string;
  readonly versions: readonly string[];
  readonly platform: string;
  readonly inputs: readonly TensorMetadata[];
  readonly outputs: readonly TensorMetadata[];
  readonly properties: Readonly<Record<string, string>>;
}

const PLATFORM = 'tensorflowjs';

/** What a model takes and gives by default; `versions` are those that can be asked. */
export function modelMetadata(slot: Slot, versions: readonly string[]): ModelMetadata {
  const { name } = slot.manifest;
  const { inputs, outputs } = interfaceOf(slot).serving_default!;
  return {
    name,
    versions,
    platform: PLATFORM,
    inputs: inputs.map(tensorMetadata),
    outputs: outputs.map(tensorMetadata),
    properties: propertiesOf(slot),
  };
}

/** The protocol has no word for a rank that is not known: one open dimension comes nearest. */
export function tensorMetadata({ name, datatype, shape }: TensorSpec): TensorMetadata {
  return { name, datatype, shape: shape ?? [-1] };
}

/** A tabular classifier says that its inputs are columns, and that the encoded matrix will do as well. */
function propertiesOf({ manifest: { signature, version, title } }: Slot): Record<string, string> {
  const properties = { title, version };
  if (signature.kind === 'tensor') return { ...properties, signatures: Object.keys(signature.functions).join(',') };
  const { width } = layOut(signature, 'columns');
  return {
    ...properties,
    content_type: 'pd',
    encoded_input: matrixName(signature),
    encoded_datatype: 'FP32',
    encoded_shape: `[-1,${width}]`,
  };
}
