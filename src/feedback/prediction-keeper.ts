import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../core/app-config.js';
import { ANONYMOUS } from '../core/caller.js';
import { PerVersion } from '../core/per-version.js';
import { GROUP_QUESTIONS, type GroupQuestions } from '../core/ports/group-questions.js';
import type { PredictionObserver } from '../core/ports/prediction-observer.js';
import type { PredictionEvent } from '../core/prediction.js';
import { currentCaller } from '../core/request-scope.js';
import { KeptPredictions } from './kept-predictions.js';
import { type ConfidenceSum, RecentConfidence } from './recent-confidence.js';
import { StoreThread } from './store-thread.js';

/** How long predictions are gathered before they go to the store, in milliseconds: a process that is killed loses so much. */
const GATHER_MS = 100;
/** Rows that may wait for the store; what comes beyond is lost and counted. */
const MOST_ROWS = 1_000_000;

/** To every process: what it has gathered is to be in the store. */
const FLUSH = 'feedback-flush';
const CONFIDENCE = 'feedback-confidence';

export type LossReason = 'write-failed' | 'buffer-full';

/** What one process has seen of a version within the last hour. */
interface VersionConfidence extends ConfidenceSum {
  readonly model: string;
  readonly version: string;
}

const OVERRUN = 'predictions come faster than they can be written';

const make = () => new RecentConfidence();

/** Has predictions kept for feedback, without anybody waiting for it, and knows how sure the models were of late. */
@Injectable()
export class PredictionKeeper implements PredictionObserver, OnApplicationShutdown {
  /** Null where feedback is off. */
  readonly store: StoreThread | null;
  /** Rows that were not kept. */
  readonly lost: Record<LossReason, number> = { 'write-failed': 0, 'buffer-full': 0 };
  private readonly logger = new Logger('Feedback');
  private readonly recent = new PerVersion<RecentConfidence>((into, from) => {
    into.absorb(Date.now(), from);
  });
  private gathered = new KeptPredictions();
  private writing: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private trouble: string | undefined;

  constructor(
    @Inject(APP_CONFIG) { feedback }: AppConfig,
    @Inject(GROUP_QUESTIONS) private readonly questions: GroupQuestions,
  ) {
    const witness = {
      fault: (fault: string | undefined) => {
        this.setFault(fault);
      },
      warning: (message: string) => {
        this.logger.warn(message);
      },
    };
    this.store = feedback === null ? null : new StoreThread(feedback, witness);
    questions.answer(FLUSH, () => this.flush());
    questions.answer(CONFIDENCE, () => this.ownConfidence());
  }

  /** Why predictions cannot be kept at this moment. */
  get fault(): string | undefined {
    return this.trouble;
  }

  observe({ time, inputs, prediction }: PredictionEvent): void {
    const { model, version, winners, probabilities, classes } = prediction;
    const rows = winners.length;
    const width = classes.length;
    let sum = 0;
    for (let row = 0; row < rows; row += 1) sum += probabilities[row * width + winners[row]!]!;
    this.recent.of(model, version, make).add(time.getTime(), rows, sum);
    if (this.store === null) return;
    if (this.gathered.rows + rows > MOST_ROWS) {
      this.lost['buffer-full'] += rows;
      this.setFault(OVERRUN);
      return;
    }
    this.gathered.add(prediction, currentCaller()?.id ?? ANONYMOUS, inputs.positions);
    this.timer ??= setTimeout(this.timeIsUp, GATHER_MS);
  }

  /** Resolves when everything so far is in the store, or counted as lost. */
  async flush(): Promise<null> {
    // What is under way, and then the rest; what comes meanwhile is another's.
    for (let turn = 0; turn < 2; turn += 1) {
      if (this.writing === undefined && this.gathered.rows > 0) this.writing = this.write();
      await this.writing;
    }
    return null;
  }

  /** The same in every process that serves. */
  async flushEverywhere(): Promise<void> {
    await this.questions.ask(FLUSH);
  }

  /** How sure the versions were of the rows of the last hour, in all processes together. */
  async confidences(): Promise<readonly VersionConfidence[]> {
    const { answers } = await this.questions.ask<readonly VersionConfidence[]>(CONFIDENCE);
    const sums = new Map<string, VersionConfidence>();
    for (const one of answers.flat()) {
      const key = `${one.model}@${one.version}`;
      const { rows = 0, confidence = 0 } = sums.get(key) ?? {};
      sums.set(key, { ...one, rows: rows + one.rows, confidence: confidence + one.confidence });
    }
    return [...sums.values()];
  }

  async onApplicationShutdown(): Promise<void> {
    clearTimeout(this.timer);
    await this.flush();
    await this.store?.close();
  }

  private readonly timeIsUp = (): void => {
    this.timer = undefined;
    void this.flush();
  };

  private async write(): Promise<void> {
    const { rows } = this.gathered;
    const batch = this.gathered.take();
    this.gathered = new KeptPredictions();
    try {
      await this.store?.call('keep', batch, [batch.entries.buffer, batch.answers.buffer]);
      if (this.trouble === OVERRUN) this.setFault(undefined);
    } catch {
      // The store has said why.
      this.lost['write-failed'] += rows;
    } finally {
      this.writing = undefined;
    }
  }

  private ownConfidence(): VersionConfidence[] {
    const now = Date.now();
    return [...this.recent.entries()].map(([model, version, recent]) => ({ model, version, ...recent.sum(now) }));
  }

  private setFault(fault: string | undefined): void {
    if (fault === this.trouble) return;
    if (fault === undefined) this.logger.log('Predictions are kept for feedback again.');
    else if (this.trouble === undefined) this.logger.error(`Predictions cannot be kept for feedback: ${fault}.`);
    this.trouble = fault;
  }
}
