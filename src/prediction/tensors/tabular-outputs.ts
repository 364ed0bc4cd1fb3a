import type { Prediction } from '../../core/prediction.js';
import type { ClassLabel } from '../../core/signature.js';
import type { Tensor } from '../../core/tensor.js';
import { OUTPUTS } from './model-interface.js';

const labelsByClasses = new WeakMap<readonly ClassLabel[], readonly Uint8Array[]>();

/** A classifier's answer as tensors: probabilities [rows,classes], class index [rows] and label [rows]. */
export function tabularOutputs({ classes, probabilities, winners }: Prediction): Tensor[] {
  let labels = labelsByClasses.get(classes);
  if (labels === undefined) {
    labels = classes.map(({ label }) => new TextEncoder().encode(label));
    labelsByClasses.set(classes, labels);
  }
  const rows = winners.length;
  return [
    { name: OUTPUTS.probabilities, datatype: 'FP32', shape: [rows, classes.length], data: probabilities },
    { name: OUTPUTS.index, datatype: 'INT32', shape: [rows], data: winners },
    { name: OUTPUTS.label, datatype: 'BYTES', shape: [rows], data: Array.from(winners, (winner) => labels[winner]!) },
  ];
}
