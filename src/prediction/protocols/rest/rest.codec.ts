import { type InputProblem, TensornestError } from '../../../core/errors.js';
import { pointerStep } from '../../../core/json-pointer.js';
import type { Prediction, RowLocator } from '../../../core/prediction.js';
import { explainKeys } from '../../../encoding/row-dto.js';

/** The answer of the native API: what the seed article's service gives, and more. */
export interface RestPrediction {
  readonly errors: null;
  /** Version of the model that answered. */
  readonly version: string;
  /** Class index of each row. */
  readonly predictions: number[];
  readonly model: string;
  readonly results: RestResult[];
}

export interface RestResult {
  readonly class: number;
  readonly label: string;
  /** Of the class that won, to six decimals. */
  readonly probability: number;
  /** By label, to six decimals. */
  readonly probabilities: Record<string, number>;
}

export const REST_ROWS: RowLocator = {
  rows: '/inputs',
  at: (row, feature) => `/inputs/${row}${feature === undefined ? '' : pointerStep(feature)}`,
};

/** The rows of `{"inputs": [...]}`, unchecked; anything else is refused with every problem of the envelope. */
export function decodeRest(body: unknown): readonly unknown[] {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw refusal([{ pointer: '', code: 'wrong-type', message: 'the body must be a JSON object with "inputs"' }]);
  }
  const envelope = body as { inputs?: unknown };
  const problems = [...explainExtras(envelope), ...explainInputs(envelope.inputs)];
  if (problems.length > 0) throw refusal(problems);
  return envelope.inputs as unknown[];
}

function explainExtras(envelope: object): InputProblem[] {
  return explainKeys(['inputs'], envelope as Record<string, unknown>).map(({ field, ...problem }) => ({
    pointer: pointerStep(field ?? ''),
    ...problem,
  }));
}

function explainInputs(inputs: unknown): InputProblem[] {
  if (Array.isArray(inputs)) return [];
  const pointer = REST_ROWS.rows;
  if (inputs === undefined) return [{ pointer, code: 'required', message: 'is required: a list of rows' }];
  if (inputs === null) return [{ pointer, code: 'null', message: 'must not be null: send a list of rows' }];
  return [{ pointer, code: 'wrong-type', message: 'must be a list of rows' }];
}

function refusal(problems: readonly InputProblem[]): TensornestError {
  const [first] = problems;
  return new TensornestError('invalid-input', `${first?.pointer} ${first?.message}.`.trim(), { problems });
}

export function encodeRest({ model, version, classes, winners, probabilities }: Prediction): RestPrediction {
  const results = Array.from(winners, (winner, row) => {
    const start = row * classes.length;
    const byLabel = classes.map(({ label }, index) => [label, sixDecimals(probabilities[start + index] ?? 0)] as const);
    return {
      class: winner,
      label: classes[winner]?.label ?? '',
      probability: byLabel[winner]?.[1] ?? 0,
      probabilities: Object.fromEntries(byLabel),
    };
  });
  return { errors: null, version, predictions: [...winners], model, results };
}

function sixDecimals(probability: number): number {
  return Math.round(probability * 1e6) / 1e6;
}
