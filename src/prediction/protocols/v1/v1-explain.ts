import type { ExplainSource, Explanations } from '../../../core/ports/explainer.js';
import { instanceRows, INSTANCES } from './v1-rows.js';
import { readPredictDocument } from './v1-predict.js';
import { v1Refusal } from './v1-values.js';

/** The rows of `{"instances": [...]}`; explainers of KServe V1 take no other form. */
export class ExplainedInstances implements ExplainSource {
  readonly locator = INSTANCES;

  constructor(private readonly document: unknown) {}

  rows(): readonly unknown[] {
    const { format, value } = readPredictDocument(this.document);
    if (format !== 'row') throw v1Refusal('/inputs', 'not-allowed', "Explanations take 'instances', one object a row");
    return instanceRows(value as unknown[]).rows();
  }
}

/**
 * KServe leaves the form of `explanations` to the explainer:
 * https://kserve.github.io/website/docs/concepts/architecture/data-plane/v1-protocol. It is the native API's.
 */
export function writeExplanations({ model, version, explanations }: Explanations): string {
  return JSON.stringify({ explanations, model_name: model, model_version: version });
}
