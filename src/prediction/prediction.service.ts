import { Inject, Injectable, Optional } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../core/app-config.js';
import { type InputProblem, TensornestError } from '../core/errors.js';
import { PREDICTION_OBSERVERS, type PredictionObserver } from '../core/ports/prediction-observer.js';
import { type RoutableRequest, type Route, TRAFFIC_ROUTER, type TrafficRouter } from '../core/ports/traffic-router.js';
import type { Prediction } from '../core/prediction.js';
import type { RowBatch } from '../core/row-batch.js';
import { winnersOf } from '../core/winners.js';
import { explainRow } from '../encoding/row-dto.js';
import { ModelRegistry } from '../model/model-registry.js';
import type { ModelSlot } from '../model/model-slot.js';
import type { RowSource } from './row-source.js';

export interface PredictionRequest extends RoutableRequest {
  /** Model name; the service's default model when absent. */
  readonly model?: string | undefined;
  /** Exact version; the model's default version when absent. */
  readonly version?: string | undefined;
  readonly source: RowSource;
}

/** A prediction, and who made it. */
interface Answer {
  readonly slot: ModelSlot;
  readonly prediction: Prediction;
  /** Why the version that was chosen for the request did not make it. */
  readonly failure?: unknown;
}

/** The use case: rows in, probabilities out. Every protocol calls it and adds nothing to it. */
@Injectable()
export class PredictionService {
  private readonly maxRows: number;

  constructor(
    private readonly registry: ModelRegistry,
    @Inject(PREDICTION_OBSERVERS) private readonly observers: readonly PredictionObserver[],
    @Inject(APP_CONFIG) { limits }: AppConfig,
    @Optional() @Inject(TRAFFIC_ROUTER) private readonly router?: TrafficRouter,
  ) {
    this.maxRows = limits.requestRows;
  }

  async predict(request: PredictionRequest): Promise<Prediction> {
    const { source } = request;
    const { slot, release } = this.registry.lease(request.model, request.version);
    let route: Route | undefined;
    let answer: Answer;
    try {
      route = this.routeOf(slot, request);
      const chosen = route?.version;
      if (chosen === undefined) answer = { slot, prediction: await this.run(slot, source) };
      else answer = await this.answerBy(chosen, slot, source);
    } finally {
      release();
    }
    const { prediction, failure } = answer;
    this.notify(answer.slot, request, prediction);
    route?.answered({ prediction, inputs: source, failure, ask: (version) => this.askAgain(version, answer, source) });
    return prediction;
  }

  /** Who names a version gets it, whatever is on trial. */
  private routeOf({ manifest }: ModelSlot, request: PredictionRequest): Route | undefined {
    return request.version === undefined ? this.router?.route(manifest.name, request) : undefined;
  }

  /** Has the version `chosen` answer, and `slot` where that fails: a version on trial costs no caller an answer. */
  private async answerBy(chosen: string, slot: ModelSlot, source: RowSource): Promise<Answer> {
    try {
      return await this.ask(slot.manifest.name, chosen, source);
    } catch (failure) {
      return { slot, prediction: await this.run(slot, source), failure };
    }
  }

  private async askAgain(version: string, { slot }: Answer, source: RowSource): Promise<Prediction> {
    return (await this.ask(slot.manifest.name, version, source)).prediction;
  }

  private async ask(model: string, version: string, source: RowSource): Promise<Answer> {
    const { slot, release } = this.registry.lease(model, version);
    try {
      return { slot, prediction: await this.run(slot, source) };
    } finally {
      release();
    }
  }

  private async run(slot: ModelSlot, source: RowSource): Promise<Prediction> {
    const started = performance.now();
    const batch = this.encode(slot, source);
    const { rows } = batch;
    const encode = performance.now() - started;
    const { answers, queueMs, inferMs, batchRows } = await slot.run(batch);
    const { name, version, signature } = slot.manifest;
    return {
      model: name,
      version,
      classes: signature.classes,
      probabilities: answers,
      winners: winnersOf(answers, rows),
      batchRows,
      timing: { encode, queue: queueMs, infer: inferMs, total: performance.now() - started },
    };
  }

  private encode(slot: ModelSlot, source: RowSource): RowBatch {
    const batch = source.encode(slot, this.maxRows);
    if (batch !== undefined) return batch;
    const problems = this.explain(slot, source);
    if (problems.length > 0) throw new TensornestError('invalid-input', describe(problems), { problems });
    throw new TensornestError('internal', 'The encoder refused rows that nothing is wrong with. This is a bug.');
  }

  private explain({ manifest: { signature } }: ModelSlot, source: RowSource): InputProblem[] {
    const { locator } = source;
    const rows = source.rows();
    const pointer = locator.rows;
    if (rows.length === 0) return [{ pointer, code: 'too-few', message: 'must hold at least one row' }];
    if (rows.length > this.maxRows) {
      const message = `must hold at most ${this.maxRows} rows, but holds ${rows.length}; send them in several requests`;
      return [{ pointer, code: 'too-many', message }];
    }
    return rows.flatMap((row, index) =>
      explainRow(signature, row).map(({ field, ...problem }) => ({ pointer: locator.at(index, field), ...problem })),
    );
  }

  private notify(slot: ModelSlot, { requestId, source }: PredictionRequest, prediction: Prediction): void {
    const { digest, manifest } = slot;
    const { signature } = manifest;
    const event = { requestId, time: new Date(), digest, signature, inputs: source, prediction };
    for (const observer of this.observers) observer.observe(event);
  }
}

function describe([first, ...others]: readonly InputProblem[]): string {
  const more = others.length === 0 ? '' : ` (and ${others.length} more problem${others.length === 1 ? '' : 's'})`;
  return `${first?.pointer} ${first?.message}${more}.`;
}
