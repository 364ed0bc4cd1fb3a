import { randomUUID } from 'node:crypto';
import { Cancellation } from '../core/cancellation.js';
import { TensornestError } from '../core/errors.js';
import { pointerStep } from '../core/json-pointer.js';
import type { Prediction, RowLocator, Timing } from '../core/prediction.js';
import { inRequest } from '../core/request-scope.js';
import { refusal } from '../prediction/refusal.js';
import type { RowSource } from '../prediction/row-source.js';
import { plainRows } from '../prediction/tensors/tabular-rows.js';

const LOCATOR: RowLocator = {
  rows: '/inputs',
  at: (row, feature) => `/inputs/${row}${feature === undefined ? '' : pointerStep(feature)}`,
};

/** Names of features with their values, as the signature of the model has them. */
export type InputRow = Readonly<Record<string, string | number | null | undefined>>;

export interface PredictionRequest<Row extends object = InputRow> {
  /** At least one row, at most `maxRequestRows`. */
  readonly inputs: readonly Row[];
  /** @default the default model */
  readonly model?: string | undefined;
  /** Exact version or alias; the version that answers when absent, which a rollout may choose. */
  readonly version?: string | undefined;
  /** Longest to wait, in milliseconds. @default `requestTimeoutMs`, which it can only shorten */
  readonly timeoutMs?: number | undefined;
  /** Ends the waiting, and spares the model what has not begun. */
  readonly signal?: AbortSignal | undefined;
  /** On every log and audit line, and what a rollout divides traffic by. @default a new UUID */
  readonly requestId?: string | undefined;
}

/** What the model says of one row. */
export interface RowResult<Label extends string = string> {
  /** Index of the class that won. */
  readonly class: number;
  readonly label: Label;
  /** Of the class that won. */
  readonly probability: number;
  /** Of every class, by label; they sum to 1. */
  readonly probabilities: Readonly<Record<Label, number>>;
}

export interface PredictionResult<Label extends string = string> {
  /** Names the prediction, in the audit log and for feedback. Its rows are `<id>/0`, `<id>/1`, ... */
  readonly id: string;
  readonly model: string;
  readonly version: string;
  /** Of each row, in its order. */
  readonly results: readonly RowResult<Label>[];
  /** Where the time went, in milliseconds. */
  readonly timing: Timing;
}

/** The use case behind every door. Its own type would bring that of HTTP along, for which a host may have no types. */
interface UseCase {
  predict(request: {
    readonly source: RowSource;
    readonly model: string | undefined;
    readonly version: string | undefined;
    readonly requestId: string;
    readonly cancellation: Cancellation;
  }): Promise<Prediction>;
}

/**
 * Predictions of tabular classifiers within the process: the door without HTTP. Rows are checked, batched with those of
 * every other door, observed and audited as any.
 */
export class PredictionService {
  constructor(private readonly predictions: UseCase) {}

  /**
   * Rejects with a `TensornestError`: `invalid-input` with every problem of every row, `unknown-model`, `unknown-version`,
   * `model-not-ready`, `overloaded`, `deadline-exceeded`, or `client-gone` after the signal.
   */
  predict<Label extends string = string, Row extends object = InputRow>(
    request: PredictionRequest<Row>,
  ): Promise<PredictionResult<Label>> {
    const { requestId = randomUUID() } = request;
    return inRequest({ requestId }, () => this.ask<Label>({ ...request, requestId }));
  }

  private async ask<Label extends string>(
    request: PredictionRequest<object> & { readonly requestId: string },
  ): Promise<PredictionResult<Label>> {
    const { inputs, model, version, signal, requestId } = request;
    const source = plainRows(rowsOf(inputs), LOCATOR);
    const cancellation = cancellationOf(request);
    const cancel = () => {
      cancellation.cancel(new TensornestError('client-gone', 'The call was aborted.', { cause: signal?.reason }));
    };
    if (signal?.aborted === true) cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      cancellation.throwIfOver();
      return resultOf(await this.predictions.predict({ source, model, version, requestId, cancellation }));
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }
}

/** Callers without types may pass anything. */
function rowsOf(inputs: unknown): readonly unknown[] {
  if (Array.isArray(inputs)) return inputs;
  throw refusal([{ pointer: LOCATOR.rows, code: 'wrong-type', message: 'must be a list of rows' }]);
}

function cancellationOf({ timeoutMs }: PredictionRequest<object>): Cancellation {
  const cancellation = new Cancellation();
  if (timeoutMs === undefined) return cancellation;
  if (!(timeoutMs > 0)) throw new TensornestError('bad-request', 'timeoutMs must be a positive number.');
  return cancellation.within(timeoutMs);
}

function resultOf<Label extends string>(prediction: Prediction): PredictionResult<Label> {
  const { id, model, version, classes, winners, probabilities, timing } = prediction;
  const results = Array.from(winners, (winner, row) => {
    const own = classes.map(({ label }, index) => [label, probabilities[row * classes.length + index]!] as const);
    const [label, probability] = own[winner]!;
    return { class: winner, label: label as Label, probability, probabilities: Object.fromEntries(own) };
  });
  return { id, model, version, results: results as RowResult<Label>[], timing };
}
