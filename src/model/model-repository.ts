import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../core/app-config.js';
import { TensornestError, unknownModel } from '../core/errors.js';
import { GROUP_COMMANDS, type GroupCommand, type GroupCommands } from '../core/ports/group-commands.js';
import type { RepositoryEntry } from '../core/ports/managed-models.js';
import { type MissingModel, MODEL_STORE, type ModelStore, type PackageRef } from '../core/ports/model-store.js';
import type { Rollout } from '../core/rollout.js';
import { describeChange } from './describe-change.js';
import { IMPATIENT, ModelLifecycle, type Patience } from './model-lifecycle.js';
import { asService, mayUseModel } from '../core/request-scope.js';
import { ModelRegistry } from './model-registry.js';
import { toIndexEntry } from './repository-index.js';
import { assertCompatible, assertNotInRollout } from './rollout-choices.js';
import { ServingFile } from './serving-file.js';
import { applyChange, choicesFor, type ServingChange, type ServingState, withActive } from './serving-state.js';

const COMMAND = 'change-serving';
const REFRESH = 'refresh-models';

/** One step of a change, done in every process of the group before the next one is begun in any. */
interface Step {
  readonly step: 'prepare' | 'commit' | 'abandon';
  readonly change: ServingChange;
  /** The process that keeps the state after the commit. */
  readonly keeper: number;
}

/** What is to be served: the policy's choice and what operators decide, now and at the next start. */
@Injectable()
export class ModelRepository implements OnModuleInit {
  private readonly logger = new Logger('Models');
  private state: ServingState = {};
  /** Between the steps of a change: the state, and beside it loaded what was proved. */
  private tentative: ServingState | undefined;
  private patience = IMPATIENT;
  private readonly started = Promise.withResolvers<undefined>();

  constructor(
    private readonly lifecycle: ModelLifecycle,
    private readonly registry: ModelRegistry,
    private readonly file: ServingFile,
    @Inject(MODEL_STORE) private readonly store: ModelStore,
    @Inject(GROUP_COMMANDS) private readonly commands: GroupCommands,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  onModuleInit(): void {
    // A change that came before the state was read would be forgotten with it.
    this.commands.handle(COMMAND, (step: Step) => this.started.promise.then(() => this.perform(step)));
    this.commands.handle(REFRESH, () => this.started.promise.then(() => this.refresh()));
  }

  /** The first load. A package that is refused does not keep the others from serving. */
  async start(): Promise<void> {
    this.state = await this.file.read();
    await this.fetch();
    await this.lifecycle.reconcile(this.state);
    const names = this.registry.names();
    const wanted = this.registry.missing().map(({ name }) => name);
    this.registry.markStarted(this.config.models.required ?? [...new Set([...names, ...wanted])].sort());
    if (names.length === 0) this.logger.warn('MODELS_DIR holds no model package: the service will not become ready.');
    this.started.resolve(undefined);
  }

  /** Brings what is wanted from where it comes; readiness shows what could not be had. */
  async fetch(): Promise<void> {
    const missing = await this.store.fetch();
    const known = new Set(this.registry.missing().map(textOf));
    for (const model of missing) if (!known.has(textOf(model))) this.logger.error(textOf(model));
    this.registry.setMissing(missing);
  }

  /** From now on a package that cannot be activated may be one that is still being copied. */
  bePatient(patience: Patience): void {
    this.patience = patience;
  }

  /** Takes over what has changed in the store. */
  refresh(): Promise<void> {
    return this.lifecycle.reconcile(this.tentative ?? this.state, this.patience);
  }

  /** Has the version that answers now answer on, whatever newer one appears. */
  async hold(name: string): Promise<void> {
    const version = this.registry.names().includes(name) ? this.registry.defaultVersion(name) : undefined;
    if (version !== undefined) await this.change({ kind: 'activate', name, version });
  }

  /**
   * Has every process look at a package that was just put into the store. With `answer` it answers the requests that name
   * no version, also where the policy would choose another.
   */
  async takeOver({ name, version }: PackageRef, answer: boolean): Promise<void> {
    await asService(() => this.commands.call({ name: REFRESH, payload: null }));
    if (answer && this.registry.defaultVersion(name) !== version) {
      await this.change({ kind: 'activate', name, version });
    }
  }

  /**
   * Changes what is served, in every process of the group, and remembers it. Everything was proved before anything is
   * changed: when it rejects with the reason, the group serves what it served before. When it resolves, every process has
   * swapped.
   */
  async change(change: ServingChange): Promise<void> {
    await this.decide(change);
  }

  /** The same; resolves to false when others had decided before, so that nothing was left to change. */
  async decide(request: ServingChange): Promise<boolean> {
    if (!mayUseModel(request.name)) throw unknownModel(request.name);
    const change = this.exact(request);
    const outcomes = await asService(() =>
      this.commands.call({
        ...toCommand('prepare', change),
        then: toCommand('commit', change),
        // What was loaded in vain is not kept.
        otherwise: toCommand('abandon', change),
      }),
    );
    const changed = outcomes.includes(true);
    if (changed) this.logger.log(`What is served was changed: ${describeChange(change)}.`);
    return changed;
  }

  /** The rollout of this model that is running, or else its last one. */
  rollout(name: string): Rollout | undefined {
    return choicesFor(this.state, name).rollout;
  }

  /** Every version in the store and where it stands, by name and descending version. */
  index(): RepositoryEntry[] {
    return this.registry
      .names()
      .flatMap((name) =>
        this.registry.versions(name).map(([version, status]) => toIndexEntry({ name, version }, status)),
      );
  }

  /** With an alias in the place of a version, the version that it stands for. */
  private exact(change: ServingChange): ServingChange {
    if (!('version' in change) || !this.registry.names().includes(change.name)) return change;
    return { ...change, version: this.registry.aliases(change.name).get(change.version) ?? change.version };
  }

  /** Resolves to whether the change has made a difference. */
  private async perform({ step, change, keeper }: Step): Promise<boolean> {
    const before = this.state;
    if (step === 'prepare') {
      // A decision that cannot be kept is noticed before anything is changed.
      if (keeper === process.pid) await this.file.write(before);
      await this.prepare(change);
      return false;
    }
    this.tentative = undefined;
    if (step === 'commit') this.state = applyChange(before, change);
    await this.refresh();
    if (step === 'commit' && keeper === process.pid) await this.file.write(this.state);
    return this.state !== before;
  }

  private async prepare(change: ServingChange): Promise<void> {
    switch (change.kind) {
      case 'load':
      case 'set-alias':
        return this.prove(change);
      case 'activate':
        if (this.rollout(change.name)?.candidate !== change.version) this.assertNotInRollout(change);
        return this.prove(change);
      case 'unload':
        this.registry.status(change.name, change.version);
        this.assertNoAlias(change);
        this.assertNotInRollout(change, [change.version]);
        return;
      case 'load-model':
        return this.proveAny(change);
      case 'unload-model':
        for (const version of change.versions) this.assertNoAlias({ name: change.name, version });
        this.assertNotInRollout(change);
        return;
      case 'remove-alias':
        if (this.registry.aliases(change.name).has(change.alias)) return;
        throw new TensornestError(
          'unknown-alias',
          `Model ${change.name} has no alias ${JSON.stringify(change.alias)}.`,
        );
      case 'follow-policy':
        this.registry.versions(change.name);
        this.assertNotInRollout(change);
        return;
      case 'start-rollout':
        return this.prepareRollout(change.name, change.rollout, change);
      case 'settle-rollout': {
        const candidate = this.rollout(change.name)?.candidate;
        if (change.settled.outcome !== 'promoted' || candidate === undefined) return;
        if (this.registry.status(change.name, candidate).state === 'ready') return;
        return this.prove({ name: change.name, version: candidate });
      }
    }
  }

  private async prepareRollout(name: string, { current, candidate }: Rollout, change: ServingChange): Promise<void> {
    this.assertNotInRollout({ name });
    await this.prove({ name, version: candidate }, change);
    const signatureOf = (version: string) => this.registry.slot(name, version).manifest.signature;
    assertCompatible(signatureOf(current), signatureOf(candidate));
  }

  /** Loads the version beside what is served, or rejects with the reason why it will not do. */
  private async prove(
    { name, version }: PackageRef,
    change: ServingChange = { kind: 'load', name, version },
  ): Promise<void> {
    this.lifecycle.forget({ name, version });
    const current = this.registry.names().includes(name) ? this.registry.defaultVersion(name) : undefined;
    this.tentative = withActive(applyChange(this.state, change), name, current);
    const mayBeIncomplete: Patience['mayBeIncomplete'] = (found) =>
      (found.name !== name || found.version !== version) && this.patience.mayBeIncomplete(found);
    await this.lifecycle.reconcile(this.tentative, { mayBeIncomplete });
    const status = this.registry.status(name, version);
    if (status.state === 'failed') throw status.error;
    if (status.state === 'ready' && status.refused !== undefined) throw status.refused;
    if (status.state !== 'ready') throw new TensornestError('model-not-ready', `${name} ${version} was not loaded.`);
  }

  /** Loads what is chosen of the model beside what is served, or rejects with the reason why none of it will do. */
  private async proveAny(change: ServingChange): Promise<void> {
    const { name } = change;
    const known = () => (this.registry.names().includes(name) ? this.registry.versions(name) : []);
    for (const [version] of known()) this.lifecycle.forget({ name, version });
    this.tentative = applyChange(this.state, change);
    await this.lifecycle.reconcile(this.tentative, this.patience);
    const current = this.registry.defaultVersion(name);
    const status = current === undefined ? undefined : this.registry.status(name, current);
    if (status?.state === 'ready' && status.refused !== undefined) throw status.refused;
    if (status !== undefined) return;
    for (const [, { state, ...rest }] of known()) if (state === 'failed' && 'error' in rest) throw rest.error;
    throw new TensornestError('model-not-ready', `No version of ${name} was loaded.`);
  }

  private assertNotInRollout({ name }: Pick<PackageRef, 'name'>, versions?: readonly string[]): void {
    assertNotInRollout(choicesFor(this.state, name), name, versions);
  }

  private assertNoAlias({ name, version }: PackageRef): void {
    for (const [alias, target] of this.registry.aliases(name)) {
      if (target !== version) continue;
      const fix = 'point the alias at another version, or remove it, first';
      throw new TensornestError('version-in-use', `The alias ${alias} stands for ${name} ${version}: ${fix}.`);
    }
  }
}

function toCommand(step: Step['step'], change: ServingChange): GroupCommand {
  const payload: Step = { step, change, keeper: process.pid };
  return { name: COMMAND, payload };
}

function textOf({ name, error }: MissingModel): string {
  return `${name} could not be had (${error.code}): ${error.message}`;
}
