import { randomUUID } from 'node:crypto';
import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { reasonOf, TensornestError } from '../core/errors.js';
import { OUTCOMES, type Outcomes } from '../core/ports/outcomes.js';
import { GROUP_COMMANDS, type GroupCommands } from '../core/ports/group-commands.js';
import { isRunning, type Rollout, type RolloutMode, type RolloutOutcome } from '../core/rollout.js';
import { ModelRegistry } from '../model/model-registry.js';
import { ModelRepository } from '../model/model-repository.js';
import { describeRollout } from './describe-rollout.js';
import { type GateVerdict, judge, type LiveComparison } from './gate.js';
import type { RolloutRequest } from './rollout-request.dto.js';
import { merge, type RolloutStatistics } from './rollout-statistics.js';
import type { RolloutStatus } from './rollout-status.dto.js';
import { RolloutTraffic } from './rollout-traffic.js';

const COMMAND = 'rollout-statistics';
/** How often what has come in is put before the gate, in milliseconds. */
const LOOK_EVERY_MS = 1_000;

const DEFAULT_PERCENT: Readonly<Record<RolloutMode, number>> = { shadow: 100, canary: 5 };

/** Names a rollout, to all processes. */
interface RolloutRef {
  readonly model: string;
  readonly id: string;
}

/** Begins rollouts, says how they stand, and ends them, by the operator's word or by the gate's. */
@Injectable()
export class RolloutService implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Rollout');
  private clock: NodeJS.Timeout | undefined;
  private looking = false;
  private readonly seenLabels = new Map<string, string>();

  constructor(
    private readonly repository: ModelRepository,
    private readonly registry: ModelRegistry,
    private readonly traffic: RolloutTraffic,
    @Inject(GROUP_COMMANDS) private readonly commands: GroupCommands,
    @Inject(OUTCOMES) private readonly outcomes: Outcomes,
  ) {}

  onModuleInit(): void {
    this.commands.handle(COMMAND, ({ model, id }: RolloutRef) => Promise.resolve(this.traffic.statistics(model, id)));
  }

  onApplicationBootstrap(): void {
    this.clock = setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.clock);
  }

  /** Loads the candidate beside the version that answers, in every process, and lets requests take part. */
  async start(model: string, request: RolloutRequest): Promise<RolloutStatus> {
    const { candidate, mode, percent, stickyHeader, gate, onPass, onFail } = request;
    this.registry.status(model, candidate);
    this.assertLabels(request);
    const current = this.registry.defaultVersion(model);
    if (current === undefined) throw new TensornestError('model-not-ready', `Model ${model} is not ready.`);
    if (candidate === current) {
      const fix = 'name another candidate, or activate the version to compare it with first';
      throw new TensornestError('candidate-is-current', `${model} ${candidate} answers already: ${fix}.`);
    }
    const rollout: Rollout = {
      id: randomUUID(),
      current,
      candidate,
      mode,
      percent: percent ?? DEFAULT_PERCENT[mode],
      ...(stickyHeader == null ? {} : { stickyHeader }),
      gate: { ...gate },
      onPass,
      onFail,
      startedAt: new Date().toISOString(),
    };
    if (!(await this.repository.decide({ kind: 'start-rollout', name: model, rollout }))) {
      throw new TensornestError('rollout-in-progress', `Another rollout of ${model} was started at the same time.`);
    }
    this.logger.log(`${nameOf(model, rollout)} has begun: ${mode}, ${rollout.percent} % of the requests.`);
    return this.status(model);
  }

  /** How the running rollout of the model stands, or how its last one ended. */
  async status(model: string): Promise<RolloutStatus> {
    const rollout = this.rollout(model);
    const [statistics, live] = await Promise.all([this.gather(model, rollout), this.live(model, rollout)]);
    return describeRollout(model, rollout, statistics, live);
  }

  /** Ends the running rollout: the version that answered before it answers alone. */
  async abort(model: string): Promise<RolloutStatus> {
    const rollout = this.rollout(model);
    const ended = await this.settle(model, rollout, 'aborted', ['ended by an operator']);
    if (!ended) throw new TensornestError('no-rollout', `The last rollout of ${model} has come to its end before.`);
    return this.status(model);
  }

  private rollout(model: string): Rollout {
    this.registry.versions(model);
    const rollout = this.repository.rollout(model);
    if (rollout === undefined) throw new TensornestError('no-rollout', `There was no rollout of ${model}.`);
    return rollout;
  }

  /** The statistics of all processes together; null when none has any. */
  private async gather(model: string, { id }: Rollout): Promise<RolloutStatistics | null> {
    const payload: RolloutRef = { model, id };
    const parts = (await this.commands.call({ name: COMMAND, payload })) as readonly (RolloutStatistics | null)[];
    return parts.reduce((sum, part) => (sum === null || part === null ? (sum ?? part) : merge(sum, part)), null);
  }

  /** What labels say of both versions; null where there can be none: nobody is told what a candidate in the shadow answers. */
  private async live(model: string, { mode, current, candidate, startedAt }: Rollout): Promise<LiveComparison | null> {
    if (mode === 'shadow') return null;
    const found = await this.outcomes.labelledSince(model, [current, candidate], new Date(startedAt));
    return found === null ? null : { current: found[0]!, candidate: found[1]! };
  }

  /** The models on trial whose predictions have got labels since the last time that this was asked: they come without traffic. */
  private async withNewLabels(): Promise<string[]> {
    const news: string[] = [];
    for (const model of this.registry.names()) {
      const rollout = this.repository.rollout(model);
      if (rollout === undefined || rollout.settled !== undefined) continue;
      const seen = JSON.stringify(await this.live(model, rollout));
      if (seen !== (this.seenLabels.get(model) ?? 'null')) news.push(model);
      this.seenLabels.set(model, seen);
    }
    return news;
  }

  /** Throws `invalid-input` where labels are asked for that nobody could ever give. */
  private assertLabels({ mode, gate }: RolloutRequest): void {
    if (gate.minLabels === 0) return;
    const why =
      mode === 'shadow'
        ? 'must be 0 in the shadow, where nobody is told what the candidate answers: use the mode canary'
        : this.outcomes.isOn
          ? undefined
          : 'must be 0 while feedback is off: start the service with FEEDBACK=true';
    if (why === undefined) return;
    const problem = { pointer: '/gate/minLabels', code: 'not-allowed', message: why } as const;
    throw new TensornestError('invalid-input', `${problem.pointer} ${why}.`, { problems: [problem] });
  }

  /** Puts the rollouts that have seen something new before their gates. Every process does, and the first one settles. */
  private async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    for (const model of new Set([...this.traffic.takeNews(), ...(await this.withNewLabels())])) {
      await this.consider(model).catch((error: unknown) => {
        this.logger.error(`The rollout of ${model} could not be settled: ${reasonOf(error)}`);
      });
    }
    this.looking = false;
  }

  private async consider(model: string): Promise<void> {
    const rollout = this.repository.rollout(model);
    if (rollout === undefined || rollout.settled !== undefined) return;
    const [statistics, live] = await Promise.all([this.gather(model, rollout), this.live(model, rollout)]);
    if (statistics === null) return;
    const verdict = judge(rollout.gate, statistics, live);
    const outcome = outcomeOf(verdict, rollout);
    if (outcome !== undefined) await this.settle(model, rollout, outcome, verdict.reasons);
  }

  /** Resolves to whether this call has settled it. */
  private async settle(
    model: string,
    rollout: Rollout,
    outcome: RolloutOutcome,
    reasons: readonly string[],
  ): Promise<boolean> {
    if (!isRunning(rollout)) return false;
    const change = { kind: 'settle-rollout', name: model, id: rollout.id, settled: { outcome, reasons } } as const;
    const settled = await this.repository.decide(change);
    const level = outcome === 'rolled-back' ? 'warn' : 'log';
    if (settled) this.logger[level](`${nameOf(model, rollout)} is ${outcome}: ${reasons.join('; ')}.`);
    return settled;
  }
}

function outcomeOf({ state }: GateVerdict, { onPass, onFail }: Rollout): RolloutOutcome | undefined {
  switch (state) {
    case 'undecided':
      return undefined;
    case 'pass':
      return onPass === 'promote' ? 'promoted' : 'held';
    case 'fail':
      return onFail === 'rollback' ? 'rolled-back' : 'held';
  }
}

function nameOf(model: string, { current, candidate }: Rollout): string {
  return `The rollout of ${model} ${candidate} beside ${current}`;
}
