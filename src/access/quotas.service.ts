import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { ANONYMOUS, type Caller, type Quota } from '../core/caller.js';
import { TensornestError } from '../core/errors.js';
import { GROUP_QUESTIONS, type GroupQuestions } from '../core/ports/group-questions.js';
import type { PredictionObserver } from '../core/ports/prediction-observer.js';
import { PROCESS_GROUP, type ProcessGroup } from '../core/ports/process-group.js';
import type { PredictionEvent, TensorPredictionEvent } from '../core/prediction.js';
import { currentCaller } from '../core/request-scope.js';
import { SHEDS, type Sheds } from '../core/ports/sheds.js';
import { Usage, WINDOW_SECONDS } from './usage.js';

const QUESTION = 'quota-usage';
/** How often the processes of a group tell one another what was used: so far may a quota be overdrawn. */
const SHARE_EVERY_MS = 250;

const UNITS = ['requests', 'rows'] as const;
type Unit = (typeof UNITS)[number];
type Totals = Record<Unit, number>;

interface Account {
  readonly requests: Usage;
  readonly rows: Usage;
  /** What the other processes had seen when they were asked last. */
  others: Totals;
}

/** One limit as a client is told of it. */
export interface Allowance {
  readonly unit: Unit;
  readonly limit: number;
  readonly remaining: number;
  /** Seconds until there is more. */
  readonly reset: number;
}

/**
 * What callers with a quota have used in the last 60 seconds, over all processes of the group. Requests are counted as they
 * come; rows once they were predicted, since nobody knows before how many there are: the request that passes a limit is
 * answered, and the next is not.
 */
@Injectable()
export class Quotas implements PredictionObserver, OnApplicationShutdown {
  private readonly accounts = new Map<string, Account>();
  private readonly timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(GROUP_QUESTIONS) private readonly questions: GroupQuestions,
    @Inject(PROCESS_GROUP) group: ProcessGroup | null,
    @Inject(SHEDS) private readonly sheds: Sheds,
  ) {
    questions.answer(QUESTION, () => this.totals());
    if (group !== null) this.timer = setInterval(() => void this.share(), SHARE_EVERY_MS).unref();
  }

  /** Counts a request. Throws `quota-exceeded` when the caller has had its share; returns what is left otherwise. */
  admit({ id, quota }: Caller): readonly Allowance[] {
    if (quota === null) return [];
    const account = this.account(id);
    const now = second();
    const allowances = UNITS.flatMap((unit) => allowanceOf(account, unit, quota, now));
    const spent = allowances.find(({ remaining }) => remaining <= 0);
    if (spent !== undefined) {
      this.sheds.count('quota', `${id} has used its ${spent.limit} ${spent.unit} a minute.`);
      throw new QuotaExceeded(id, spent, allowances);
    }
    account.requests.add(1, now);
    return allowances.map((left) => (left.unit === 'requests' ? { ...left, remaining: left.remaining - 1 } : left));
  }

  observe({ prediction }: PredictionEvent): void {
    this.charge(prediction.winners.length);
  }

  observeTensors({ prediction }: TensorPredictionEvent): void {
    this.charge(prediction.outputs[0]?.shape[0] ?? 1);
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private charge(rows: number): void {
    const caller = currentCaller();
    if (caller?.quota?.rows !== undefined) this.account(caller.id).rows.add(rows, second());
  }

  private account(id: string): Account {
    let account = this.accounts.get(id);
    if (account === undefined) {
      account = { requests: new Usage(), rows: new Usage(), others: { requests: 0, rows: 0 } };
      this.accounts.set(id, account);
    }
    return account;
  }

  private totals(): Record<string, Totals> {
    const now = second();
    const entries = [...this.accounts].map(
      ([id, { requests, rows }]) => [id, { requests: requests.total(now), rows: rows.total(now) }] as const,
    );
    return Object.fromEntries(entries.filter(([, { requests, rows }]) => requests + rows > 0));
  }

  private async share(): Promise<void> {
    const { answers } = await this.questions.ask<Record<string, Totals>>(QUESTION, null, SHARE_EVERY_MS);
    const own = this.totals();
    const ids = new Set([...this.accounts.keys(), ...answers.flatMap((answer) => Object.keys(answer))]);
    for (const id of ids) {
      const sum = (unit: Unit) => answers.reduce((total, answer) => total + (answer[id]?.[unit] ?? 0), 0);
      const rest = (unit: Unit) => Math.max(0, sum(unit) - (own[id]?.[unit] ?? 0));
      this.account(id).others = { requests: rest('requests'), rows: rest('rows') };
    }
  }
}

/** A caller has used what it may in a minute. */
export class QuotaExceeded extends TensornestError {
  constructor(
    id: string,
    { unit, limit, reset }: Allowance,
    readonly allowances: readonly Allowance[],
  ) {
    super(
      'quota-exceeded',
      `${id === ANONYMOUS ? 'Callers without a key may send' : 'This key may send'} ${limit} ${unit} in ${WINDOW_SECONDS} seconds. Try again in ${reset} s.`,
      {
        retryAfterSeconds: reset,
      },
    );
  }
}

function allowanceOf({ others, ...own }: Account, unit: Unit, quota: Quota, now: number): readonly Allowance[] {
  const limit = quota[unit];
  if (limit === undefined) return [];
  const used = own[unit].total(now) + others[unit];
  const remaining = Math.max(0, limit - used);
  const reset = own[unit].secondsUntilLess(used - limit + 1, now);
  return [{ unit, limit, remaining, reset }];
}

/** Whole seconds on a clock that no change of the time of day moves. */
function second(): number {
  return Math.floor(performance.now() / 1_000);
}
