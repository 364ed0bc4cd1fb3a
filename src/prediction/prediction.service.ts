import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../core/app-config.js';
import { type InputProblem, TensornestError } from '../core/errors.js';
import { PREDICTION_OBSERVERS, type PredictionObserver } from '../core/ports/prediction-observer.js';
import type { Prediction, PredictionRequest } from '../core/prediction.js';
import type { RowBatch } from '../core/row-batch.js';
import type { Row } from '../core/signature.js';
import { winnersOf } from '../core/winners.js';
import { explainRow } from '../encoding/row-dto.js';
import { ModelRegistry } from '../model/model-registry.js';
import type { ModelSlot } from '../model/model-slot.js';

/** The use case: rows in, probabilities out. Every protocol calls it and adds nothing to it. */
@Injectable()
export class PredictionService {
  private readonly maxRows: number;

  constructor(
    private readonly registry: ModelRegistry,
    @Inject(PREDICTION_OBSERVERS) private readonly observers: readonly PredictionObserver[],
    @Inject(APP_CONFIG) { limits }: AppConfig,
  ) {
    this.maxRows = limits.requestRows;
  }

  async predict(request: PredictionRequest): Promise<Prediction> {
    const { slot, release } = this.registry.lease(request.model, request.version);
    let prediction: Prediction;
    try {
      prediction = await this.run(slot, request);
    } finally {
      release();
    }
    this.notify(slot, request, prediction);
    return prediction;
  }

  private async run(slot: ModelSlot, request: PredictionRequest): Promise<Prediction> {
    const started = performance.now();
    const batch = this.encode(slot, request);
    const encoded = performance.now();
    const probabilities = await slot.run(batch);
    const answered = performance.now();
    const { name, version, signature } = slot.manifest;
    return {
      model: name,
      version,
      classes: signature.classes,
      probabilities,
      winners: winnersOf(probabilities, batch.rows),
      timing: { encode: encoded - started, infer: answered - encoded, total: answered - started },
    };
  }

  private encode({ encoder, manifest: { signature } }: ModelSlot, { rows, locator }: PredictionRequest): RowBatch {
    const { length } = rows;
    if (length === 0) {
      throw refusal([{ pointer: locator.rows, code: 'too-few', message: 'must hold at least one row' }]);
    }
    if (length > this.maxRows) {
      const message = `must hold at most ${this.maxRows} rows, but holds ${length}; send them in several requests`;
      throw refusal([{ pointer: locator.rows, code: 'too-many', message }]);
    }
    const batch = encoder.encode(rows);
    if (batch !== undefined) return batch;
    throw refusal(
      rows.flatMap((row, index) =>
        explainRow(signature, row).map(({ field, ...problem }) => ({ pointer: locator.at(index, field), ...problem })),
      ),
    );
  }

  private notify(slot: ModelSlot, { requestId, rows }: PredictionRequest, prediction: Prediction): void {
    const { digest, manifest } = slot;
    const { signature } = manifest;
    // The encoder has accepted them, so they are rows.
    const event = { requestId, time: new Date(), digest, signature, rows: rows as readonly Row[], prediction };
    for (const observer of this.observers) observer.observe(event);
  }
}

function refusal(problems: readonly InputProblem[]): TensornestError {
  if (problems.length === 0) {
    return new TensornestError('internal', 'The encoder refused rows that nothing is wrong with. This is a bug.');
  }
  return new TensornestError('invalid-input', describe(problems), { problems });
}

function describe([first, ...others]: readonly InputProblem[]): string {
  const more = others.length === 0 ? '' : ` (and ${others.length} more problem${others.length === 1 ? '' : 's'})`;
  return `${first?.pointer} ${first?.message}${more}.`;
}
