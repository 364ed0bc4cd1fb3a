import { Injectable } from '@nestjs/common';
import { ANONYMOUS, hasScope } from '../core/caller.js';
import { TensornestError } from '../core/errors.js';
import type { LabelledRows, Outcomes } from '../core/ports/outcomes.js';
import { readRowId, timeOfPrediction } from '../core/prediction-id.js';
import { currentCaller } from '../core/request-scope.js';
import { ModelRegistry } from '../model/model-registry.js';
import { TabularSlot } from '../model/tabular-slot.js';
import type { FeedbackItem, FeedbackStatus } from './feedback.dto.js';
import { type LiveQuality, qualities } from './live-quality.js';
import { PredictionKeeper } from './prediction-keeper.js';
import type { EstimatedQualityDto, ModelQuality } from './quality.dto.js';
import { WINDOW_MINUTES } from './recent-confidence.js';
import type { Label, LabelOutcome, Owner } from './store/messages.js';
import type { StoreThread } from './store-thread.js';

/** A prediction that is so young may still be on its way to the store in another process, in milliseconds. */
const FRESH_MS = 10_000;

/** What became of one label; `malformed` never came to the store. */
export type Judged = LabelOutcome | { readonly status: 'malformed' };

/** Joins what clients say of predictions to them, and says how well the models did. */
@Injectable()
export class FeedbackService implements Outcomes {
  /** Labels by what was made of them. */
  readonly counts: Record<FeedbackStatus, number> = {
    recorded: 0,
    repeated: 0,
    replaced: 0,
    conflict: 0,
    unknown: 0,
    late: 0,
    invalid: 0,
  };

  constructor(
    private readonly keeper: PredictionKeeper,
    private readonly registry: ModelRegistry,
  ) {}

  get fault(): string | undefined {
    return this.keeper.fault;
  }

  get isOn(): boolean {
    return this.keeper.store !== null;
  }

  /** In the order of `items`. Throws `unsupported` where feedback is off, and `feedback-unavailable`. */
  async label(items: readonly FeedbackItem[]): Promise<Judged[]> {
    const store = this.store();
    const rows = items.map(({ id }) => readRowId(id));
    const labels = items.map((item, at): Label | undefined => {
      const row = rows[at];
      return row === undefined ? undefined : { ...row, label: item.label, replace: item.replace };
    });
    const judged: Judged[] = labels.map(() => ({ status: 'malformed' }));
    const ask = async (places: readonly number[]) => {
      const outcomes = await unavailableOtherwise(
        store.call('label', { labels: places.map((place) => labels[place]!), owner: owner() }),
      );
      places.forEach((place, at) => (judged[place] = outcomes[at]!));
    };
    const wellFormed = [...labels.keys()].filter((at) => labels[at] !== undefined);
    await ask(wellFormed);
    const missed = wellFormed.filter((at) => judged[at]!.status === 'unknown' && isFresh(labels[at]!));
    if (missed.length > 0) {
      await this.keeper.flushEverywhere();
      await ask(missed);
    }
    for (const { status } of judged) this.counts[statusOf(status)] += 1;
    return judged;
  }

  /** What is known of the versions of a model. Throws `unknown-model`. */
  async quality(model: string): Promise<ModelQuality> {
    const versions = this.registry.versions(model).map(([version]) => version);
    const [live, estimated] = await Promise.all([this.live(model), this.estimates(model)]);
    const known = [...new Set([...versions, ...live.keys()])];
    return {
      model,
      feedback: this.isOn,
      versions: known
        .map((version) => ({ version, live: live.get(version) ?? null, estimated: estimated.get(version) ?? null }))
        .filter((one) => one.live !== null || one.estimated !== null),
    };
  }

  /** The quality of each version that has labels; of none where feedback is off. Throws `feedback-unavailable`. */
  async live(model: string): Promise<ReadonlyMap<string, LiveQuality>> {
    const { store } = this.keeper;
    return store === null ? new Map() : qualities(await unavailableOtherwise(store.call('tallies', { model })));
  }

  async labelledSince(
    model: string,
    versions: readonly string[],
    since: Date,
  ): Promise<readonly LabelledRows[] | null> {
    const asked = this.keeper.store?.call('labelledSince', { model, versions, since: since.getTime() });
    return (await asked?.catch(() => null)) ?? null;
  }

  private async estimates(model: string): Promise<ReadonlyMap<string, EstimatedQualityDto>> {
    const confidences = await this.keeper.confidences();
    return new Map(
      confidences
        .filter((one) => one.model === model && one.rows > 0)
        .map(({ version, rows, confidence }) => {
          const accuracy = confidence / rows;
          const expectedCalibrationError = this.calibrationError(model, version);
          const about = { rows, windowMinutes: WINDOW_MINUTES, expectedCalibrationError };
          return [version, { estimate: true, accuracy, ...about }];
        }),
    );
  }

  private calibrationError(model: string, version: string): number | null {
    const slot = this.registry.loaded(model, version);
    if (!(slot instanceof TabularSlot)) return null;
    return slot.manifest.metrics.heldOut?.calibration?.expectedCalibrationError ?? null;
  }

  private store(): StoreThread {
    if (this.keeper.store !== null) return this.keeper.store;
    throw new TensornestError('unsupported', 'Feedback is off: the service was started without FEEDBACK=true.');
  }
}

/** Everybody labels the predictions of their own key; an operator's key anybody's, as outcomes are often known elsewhere. */
function owner(): Owner {
  const caller = currentCaller();
  if (caller === undefined) return { caller: ANONYMOUS, models: null };
  return { caller: hasScope(caller, 'admin') ? null : caller.id, models: caller.models };
}

function isFresh({ prediction }: Label): boolean {
  return Math.abs(Date.now() - timeOfPrediction(prediction)) < FRESH_MS;
}

async function unavailableOtherwise<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (cause) {
    const message = 'The feedback store cannot be used at this moment.';
    throw new TensornestError('feedback-unavailable', message, { retryAfterSeconds: 1, cause });
  }
}

/** As clients are told. */
export function statusOf(status: Judged['status']): FeedbackStatus {
  return status === 'malformed' || status === 'unknown-class' ? 'invalid' : status;
}
