import { Inject, Injectable, Optional } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../core/app-config.js';
import type { Cancellation } from '../core/cancellation.js';
import { type InputProblem, TensornestError } from '../core/errors.js';
import { PREDICTION_OBSERVERS, type PredictionObserver } from '../core/ports/prediction-observer.js';
import { SHEDS, type Sheds } from '../core/ports/sheds.js';
import { type RoutableRequest, type Route, TRAFFIC_ROUTER, type TrafficRouter } from '../core/ports/traffic-router.js';
import type { Prediction } from '../core/prediction.js';
import { newPredictionId } from '../core/prediction-id.js';
import type { RowBatch } from '../core/row-batch.js';
import { explainRow } from '../encoding/row-dto.js';
import { ModelRegistry } from '../model/model-registry.js';
import type { Slot } from '../model/slot.js';
import { TabularSlot } from '../model/tabular-slot.js';
import { TensorSlot } from '../model/tensor-slot.js';
import { Deadlines } from './deadlines.js';
import { FailedRequests } from './failed-requests.js';
import type { Inference, TensorSource } from './inference.js';
import { refusal } from './refusal.js';
import type { RowSource } from './row-source.js';
import { countShed } from './shed.js';
import { tooManyRows } from './too-many-rows.js';

/** Who asks, whichever model it is. */
export interface Caller extends RoutableRequest {
  /** How long it waits for its answer. */
  readonly cancellation: Cancellation;
}

interface Target extends Caller {
  /** Model name; the service's default model when absent. */
  readonly model?: string | undefined;
  /** Exact version or alias; the model's default version when absent. */
  readonly version?: string | undefined;
}

export interface PredictionRequest extends Target {
  readonly source: RowSource;
}

export interface InferenceRequest extends Target {
  readonly source: TensorSource;
}

/** A prediction, and who made it. */
interface Answer {
  readonly slot: TabularSlot;
  readonly prediction: Prediction;
  /** Why the version that was chosen for the request did not make it. */
  readonly failure?: unknown;
  readonly route?: Route | undefined;
}

/** The use case: rows in, probabilities out; or tensors in, tensors out. Every protocol calls it and adds nothing to it. */
@Injectable()
export class PredictionService {
  private readonly maxRows: number;
  /** The observers without whom nothing is predicted. */
  private readonly conditions: readonly PredictionObserver[];
  /** Those who look at the rows themselves. */
  private readonly readers: readonly PredictionObserver[];

  constructor(
    private readonly registry: ModelRegistry,
    @Inject(PREDICTION_OBSERVERS) private readonly observers: readonly PredictionObserver[],
    private readonly deadlines: Deadlines,
    private readonly failures: FailedRequests,
    @Inject(SHEDS) private readonly sheds: Sheds,
    @Inject(APP_CONFIG) { limits }: AppConfig,
    @Optional() @Inject(TRAFFIC_ROUTER) private readonly router?: TrafficRouter,
  ) {
    this.maxRows = limits.requestRows;
    this.conditions = observers.filter((observer) => observer.assertReady !== undefined);
    this.readers = observers.filter((observer) => observer.observeRows !== undefined);
  }

  async predict(request: PredictionRequest): Promise<Prediction> {
    const { slot, release } = this.registry.lease(request.model, request.version);
    this.deadlines.watch(request.cancellation);
    let answer: Answer;
    try {
      this.assertReady();
      answer = await this.answer(tabular(slot), request);
    } catch (error) {
      throw this.failed(error, slot, request);
    } finally {
      this.deadlines.forget(request.cancellation);
      release();
    }
    return this.conclude(answer, request);
  }

  /**
   * Asks any model with tensors: a tabular classifier takes them as columns or as the encoded matrix. Resolves to what
   * `write` makes of the answer, which is no answer before it is written: a door may not be able to carry it.
   */
  async infer<A>(request: InferenceRequest, write: (inference: Inference) => A): Promise<A> {
    const { slot, release } = this.registry.lease(request.model, request.version);
    this.deadlines.watch(request.cancellation);
    let asked: PredictionRequest;
    let answer: Answer;
    let written: A;
    try {
      this.assertReady();
      if (slot instanceof TensorSlot) return await this.call(slot, request, write);
      const classifier = tabular(slot);
      asked = { ...request, source: request.source.rows(classifier) };
      answer = await this.answer(classifier, asked);
      written = write({ kind: 'tabular', prediction: answer.prediction });
    } catch (error) {
      throw this.failed(error, slot, request);
    } finally {
      this.deadlines.forget(request.cancellation);
      release();
    }
    this.conclude(answer, asked);
    return written;
  }

  private assertReady(): void {
    for (const observer of this.conditions) observer.assertReady?.();
  }

  private failed(thrown: unknown, slot: Slot, { requestId, cancellation }: Caller): TensornestError {
    const error = this.failures.failed(thrown, slot, requestId, performance.now() - cancellation.since);
    countShed(this.sheds, error, slot.manifest.name);
    return error;
  }

  /** Has the version answer that the router chooses, or else `slot`. */
  private async answer(slot: TabularSlot, request: PredictionRequest): Promise<Answer> {
    const { source, cancellation } = request;
    const route = this.routeOf(slot, request);
    const chosen = route?.version;
    if (chosen === undefined) return { slot, prediction: await this.run(slot, source, cancellation), route };
    try {
      return { ...(await this.ask(slot.manifest.name, chosen, source, cancellation)), route };
    } catch (failure) {
      if (cancellation.reason !== undefined) throw failure;
      // A version on trial costs no caller an answer.
      return { slot, prediction: await this.run(slot, source, cancellation), failure, route };
    }
  }

  private conclude(answer: Answer, request: PredictionRequest): Prediction {
    const { slot, prediction, failure, route } = answer;
    const { source } = request;
    this.notify(slot, request, prediction);
    const ask = (version: string) => this.compare(slot.manifest.name, version, source);
    route?.answered({ prediction, inputs: source, failure, ask });
    return prediction;
  }

  private async compare(model: string, version: string, source: RowSource): Promise<Prediction> {
    const { slot, prediction } = await this.ask(model, version, source);
    for (const reader of this.readers) reader.observeTrial?.(slot.digest, prediction);
    return prediction;
  }

  /** Who names a version gets it, whatever is on trial. */
  private routeOf({ manifest }: TabularSlot, request: PredictionRequest): Route | undefined {
    return request.version === undefined ? this.router?.route(manifest.name, request) : undefined;
  }

  private async ask(model: string, version: string, source: RowSource, cancellation?: Cancellation): Promise<Answer> {
    const lease = this.registry.lease(model, version);
    try {
      const slot = tabular(lease.slot);
      return { slot, prediction: await this.run(slot, source, cancellation) };
    } finally {
      lease.release();
    }
  }

  private async run(slot: TabularSlot, source: RowSource, cancellation?: Cancellation): Promise<Prediction> {
    const started = performance.now();
    try {
      slot.assertRoom();
      const batch = this.encode(slot, source);
      const { rows } = batch;
      const encode = performance.now() - started;
      for (const reader of this.readers) reader.observeRows?.(slot.digest, batch);
      const { answers, queueMs, inferMs, batchRows } = await slot.run(batch, cancellation);
      const { name, version, signature } = slot.manifest;
      const winners = slot.decide(answers, rows);
      const timing = { encode, queue: queueMs, infer: inferMs, total: performance.now() - started };
      slot.statistics.succeeded(rows, timing);
      const { classes } = signature;
      const id = newPredictionId();
      return { id, model: name, version, classes, probabilities: answers, winners, batchRows, timing };
    } catch (error) {
      slot.statistics.failed(performance.now() - started);
      throw error;
    }
  }

  private async call<A>(
    slot: TensorSlot,
    { source, requestId, cancellation }: InferenceRequest,
    write: (inference: Inference) => A,
  ): Promise<A> {
    const started = performance.now();
    try {
      slot.assertRoom();
      const { name: called, call } = source.call(slot, this.maxRows);
      const encode = performance.now() - started;
      const { result: outputs, queueMs, inferMs } = await slot.run(call, cancellation);
      const timing = { encode, queue: queueMs, infer: inferMs, total: performance.now() - started };
      const { name, version } = slot.manifest;
      const id = newPredictionId();
      const prediction = { id, model: name, version, function: called, outputs, batchRows: call.rows, timing };
      const written = write({ kind: 'tensor', prediction, labels: call.called.labels });
      slot.statistics.succeeded(call.rows, timing);
      const event = {
        requestId,
        time: new Date(),
        digest: slot.digest,
        backend: slot.backend,
        inputs: call.inputs,
        prediction,
      };
      for (const observer of this.observers) observer.observeTensors?.(event);
      return written;
    } catch (error) {
      slot.statistics.failed(performance.now() - started);
      throw error;
    }
  }

  private encode(slot: TabularSlot, source: RowSource): RowBatch {
    const batch = source.encode(slot, this.maxRows);
    if (batch !== undefined) return batch;
    const problems = this.explain(slot, source);
    if (problems.length > 0) throw refusal(problems);
    throw new TensornestError('internal', 'The encoder refused rows that nothing is wrong with. This is a bug.');
  }

  private explain({ manifest: { signature }, inputs }: TabularSlot, source: RowSource): InputProblem[] {
    const { locator } = source;
    const rows = source.rows();
    const pointer = locator.rows;
    if (rows.length === 0) return [{ pointer, code: 'too-few', message: 'must hold at least one row' }];
    if (rows.length > this.maxRows) return [tooManyRows(pointer, this.maxRows, rows.length)];
    return rows.flatMap((row, index) => {
      const found = explainRow(signature, row);
      inputs.refused(found);
      return found.map(({ field, ...problem }) => ({ pointer: locator.at(index, field), ...problem }));
    });
  }

  private notify(slot: TabularSlot, { requestId, source }: PredictionRequest, prediction: Prediction): void {
    const { digest, backend, manifest } = slot;
    const { signature } = manifest;
    const event = { requestId, time: new Date(), digest, backend, signature, inputs: source, prediction };
    for (const observer of this.observers) observer.observe(event);
  }
}

function tabular(slot: Slot): TabularSlot {
  if (slot instanceof TabularSlot) return slot;
  const { name } = slot.manifest;
  throw new TensornestError(
    'bad-request',
    `Model ${name} takes tensors, not rows: ask it at /v2/models/${name}/infer.`,
  );
}
