import type { Datatype } from '../../../core/tensor.js';

/** A datatype in TensorFlow's words: the name in a signature, and the name in a message. */
export interface TensorFlowType {
  readonly dtype: string;
  readonly name: string;
}

export const TENSORFLOW_TYPES: Readonly<Record<Datatype, TensorFlowType>> = {
  BOOL: { dtype: 'DT_BOOL', name: 'bool' },
  UINT8: { dtype: 'DT_UINT8', name: 'uint8' },
  UINT16: { dtype: 'DT_UINT16', name: 'uint16' },
  UINT32: { dtype: 'DT_UINT32', name: 'uint32' },
  UINT64: { dtype: 'DT_UINT64', name: 'uint64' },
  INT8: { dtype: 'DT_INT8', name: 'int8' },
  INT16: { dtype: 'DT_INT16', name: 'int16' },
  INT32: { dtype: 'DT_INT32', name: 'int32' },
  INT64: { dtype: 'DT_INT64', name: 'int64' },
  FP16: { dtype: 'DT_HALF', name: 'half' },
  FP32: { dtype: 'DT_FLOAT', name: 'float' },
  FP64: { dtype: 'DT_DOUBLE', name: 'double' },
  BYTES: { dtype: 'DT_STRING', name: 'string' },
};
