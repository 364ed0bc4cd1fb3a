import { Inject, Injectable } from '@nestjs/common';
import type { TensornestError } from '../core/errors.js';
import { PREDICTION_OBSERVERS, type PredictionObserver } from '../core/ports/prediction-observer.js';
import type { FinishedRequest } from '../http/request-context.js';
import { toTensornestError } from '../http/to-tensornest-error.js';
import { ModelRegistry } from '../model/model-registry.js';
import type { Slot } from '../model/slot.js';
import { TabularSlot } from '../model/tabular-slot.js';
import { outcomeOf } from './outcome.js';
import type { AskedModel, Protocol } from './protocols/protocol.js';

type HttpRequest = Pick<FinishedRequest, 'requestId' | 'method' | 'path' | 'durationMs' | 'failure'>;

/** Tells the observers of every request for a prediction that got none, once, wherever it was refused. */
@Injectable()
export class FailedRequests {
  /** What the observers were told of already. */
  private readonly told = new WeakSet<TensornestError>();

  constructor(
    private readonly registry: ModelRegistry,
    @Inject(PREDICTION_OBSERVERS) private readonly observers: readonly PredictionObserver[],
  ) {}

  /** A request that had found its model. Returns the error that it ended with, which is to be thrown. */
  failed(thrown: unknown, slot: Slot, requestId: string, durationMs: number): TensornestError {
    const error = toTensornestError(thrown);
    const { manifest } = slot;
    const signature = slot instanceof TabularSlot ? slot.manifest.signature : undefined;
    this.told.add(error);
    this.tell({ ...manifestOf(manifest), signature }, error, requestId, durationMs);
    return error;
  }

  /** A request over HTTP that is over; most have not failed, or are known already. `doors` know what its path asks for. */
  ended(
    { requestId, method, path, durationMs, failure }: HttpRequest,
    doors: readonly Pick<Protocol, 'asked'>[],
  ): void {
    if (failure === undefined || method !== 'POST' || this.told.has(failure)) return;
    for (const { asked } of doors) {
      const target = asked(path);
      if (target === undefined) continue;
      this.refused(failure, target, requestId, durationMs);
      return;
    }
  }

  /** A request that a door refused before it had found its model, if it did. */
  refused(error: TensornestError, asked: AskedModel, requestId: string, durationMs: number): void {
    if (this.told.has(error)) return;
    this.tell({ ...this.known(asked), signature: undefined }, error, requestId, durationMs);
  }

  /** A request that was turned away before anybody read which model it is for. */
  unread(thrown: unknown, requestId: string): void {
    this.tell({ signature: undefined }, toTensornestError(thrown), requestId, 0);
  }

  /** Only what is served: a client may ask for anything. */
  private known({ model = this.registry.defaultModel(), version }: AskedModel): Partial<AskedModel> {
    if (model === undefined || !this.registry.names().includes(model)) return {};
    const exact = version === undefined || version === '' ? this.registry.defaultVersion(model) : version;
    const loaded = exact !== undefined && this.registry.loaded(model, exact) !== undefined;
    return { model, version: loaded ? exact : undefined };
  }

  private tell(
    target: Partial<AskedModel> & { readonly signature: TabularSlot['manifest']['signature'] | undefined },
    error: TensornestError,
    requestId: string,
    durationMs: number,
  ): void {
    const { model, version, signature } = target;
    const outcome = outcomeOf(error.code);
    const event = { requestId, time: new Date(), model, version, signature, outcome, error, durationMs };
    for (const observer of this.observers) observer.observeFailure?.(event);
  }
}

function manifestOf({ name, version }: Slot['manifest']): { model: string; version: string } {
  return { model: name, version };
}
