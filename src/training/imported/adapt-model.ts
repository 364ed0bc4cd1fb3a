import type { ModelArtifacts } from '../../core/ports/inference-backend.js';
import type { TensorFunction } from '../../core/signature.js';
import type { InputColumns } from './added-weights.js';
import { GraphSurgery } from './graph-surgery.js';
import type { OutputKind } from './judge-output.js';
import { LayersSurgery } from './layers-surgery.js';

/** What a model has to become to take encoded rows and to give a probability for each class. */
export interface Adaptation {
  /** Numbers in an encoded row. */
  readonly width: number;
  readonly inputs: readonly InputColumns[];
  /** Numbers a row that it answers; one stands for two classes. */
  readonly outputs: number;
  readonly kind: OutputKind;
}

/**
 * The model with what it lacks: one input for several, a probability of both classes for that of one, a softmax for scores.
 * What is added are layers (or operations) with weights of 0, 1 and -1, so the model's own numbers are what they were.
 */
export function adaptModel(
  artifacts: ModelArtifacts,
  called: TensorFunction,
  { width, inputs, outputs, kind }: Adaptation,
): ModelArtifacts {
  const surgery =
    artifacts.format === 'layers-model' ? new LayersSurgery(artifacts) : new GraphSurgery(artifacts, called);
  if (inputs.length > 1) surgery.joinInputs(width, inputs);
  if (outputs === 1) surgery.giveBoth(kind);
  else if (kind === 'logits') surgery.giveProbabilities(outputs);
  return surgery.done();
}
