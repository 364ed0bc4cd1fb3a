import { type ErrorCode, TensornestError } from '../core/errors.js';
import type { AnsweredRequest, RoutableRequest, Route } from '../core/ports/traffic-router.js';
import { redact } from '../core/redaction.js';
import { isRunning, type Rollout } from '../core/rollout.js';
import type { Row } from '../core/signature.js';
import type { TabularSlot } from '../model/tabular-slot.js';
import { ComparisonQueue, type QueueLimits, type Waiting } from './comparison-queue.js';
import {
  compared,
  dropped,
  failed,
  leastOfWorst,
  merge,
  noStatistics,
  type RolloutStatistics,
} from './rollout-statistics.js';
import { placeOf } from './share.js';

/** What a rollout needs to know of its surroundings. */
export interface Surroundings {
  /** The rollout as it stands now. */
  readonly rollout: () => Rollout | undefined;
  /** The slot of a version of the model, while it is loaded. */
  readonly slot: (version: string) => TabularSlot | undefined;
}

interface Comparison extends Waiting {
  readonly answered: AnsweredRequest;
}

/** What a version that is not loaded for a moment, or has no time, is asked, it has not failed to answer. */
const ABSENT = new Set<ErrorCode>(['model-not-ready', 'unknown-version', 'unknown-model', 'overloaded']);

/** A rollout in this process: which requests take part in it, and what came of them. */
export class RolloutRun {
  private readonly queue: ComparisonQueue<Comparison>;
  private readonly toCurrent: Route = {
    answered: (answered) => {
      this.take(answered);
    },
  };
  private readonly toCandidate: Route;
  private shown: RolloutStatistics;
  private news = false;

  constructor(
    private readonly model: string,
    private readonly rollout: Rollout,
    private readonly labels: readonly string[],
    private readonly around: Surroundings,
    limits: QueueLimits,
  ) {
    this.shown = noStatistics(labels);
    this.toCandidate = { ...this.toCurrent, version: rollout.candidate };
    this.queue = new ComparisonQueue(limits, (comparison) => this.compare(comparison));
  }

  get id(): string {
    return this.rollout.id;
  }

  get statistics(): RolloutStatistics {
    return this.shown;
  }

  /** Whether anything was seen since the last time that this was asked. */
  takeNews(): boolean {
    const { news } = this;
    this.news = false;
    return news;
  }

  /** Nothing for requests that take no part, and while the candidate is not loaded. */
  route(request: RoutableRequest): Route | undefined {
    const { candidate, mode } = this.rollout;
    if (!this.takesPart(request) || this.around.slot(candidate) === undefined) return undefined;
    return mode === 'canary' ? this.toCandidate : this.toCurrent;
  }

  /** Forgets what waits to be compared. */
  stop(): void {
    this.queue.clear();
  }

  /**
   * By the sticky header, or else by the request id. The same callers take part when the share is raised with another
   * rollout of the same candidate, and others with another candidate.
   */
  private takesPart({ requestId, header }: RoutableRequest): boolean {
    const { percent, stickyHeader, candidate } = this.rollout;
    if (percent >= 100) return true;
    const sticky = stickyHeader === undefined ? undefined : header?.(stickyHeader);
    return placeOf(`${this.model}@${candidate}:${sticky ?? requestId}`) * 100 < percent;
  }

  private take(answered: AnsweredRequest): void {
    const { prediction, failure } = answered;
    const { length: rows } = prediction.winners;
    if (failure !== undefined) this.blame(failure, 'candidate', rows);
    else if (!this.queue.add({ answered, rows, companyRows: prediction.batchRows })) {
      this.record(dropped(this.labels, rows));
    }
  }

  /** Asks the version that did not answer, and puts the two answers side by side. */
  private async compare({ answered, rows }: Comparison): Promise<void> {
    if (!this.isRunning()) return;
    const { current, candidate } = this.rollout;
    const { prediction, inputs, ask } = answered;
    const byCandidate = prediction.version === candidate;
    // Somebody else answers while the current version cannot.
    if (!byCandidate && prediction.version !== current) {
      this.record(dropped(this.labels, rows));
      return;
    }
    try {
      const other = await ask(byCandidate ? current : candidate);
      const [before, after] = byCandidate ? [other, prediction] : [prediction, other];
      const shown = () => this.redacted(inputs.rows() as readonly Row[]);
      this.record(compared(before, after, shown, leastOfWorst(this.shown)));
    } catch (error) {
      this.blame(error, byCandidate ? 'current' : 'candidate', rows);
    }
  }

  private blame(error: unknown, version: 'current' | 'candidate', rows: number): void {
    const absent = error instanceof TensornestError && ABSENT.has(error.code);
    this.record(absent ? dropped(this.labels, rows) : failed(this.labels, version, rows));
  }

  /** What either version's signature marks as sensitive is covered. */
  private redacted(rows: readonly Row[]): readonly Row[] {
    return [this.rollout.current, this.rollout.candidate].reduce((shown, version) => {
      const slot = this.around.slot(version);
      if (slot === undefined) throw new TensornestError('model-not-ready', `${version} was unloaded meanwhile.`);
      return redact(slot.manifest.signature, shown);
    }, rows);
  }

  private record(statistics: RolloutStatistics): void {
    if (!this.isRunning()) return;
    this.shown = merge(this.shown, statistics);
    this.news = true;
  }

  private isRunning(): boolean {
    const rollout = this.around.rollout();
    return rollout?.id === this.id && isRunning(rollout);
  }
}
