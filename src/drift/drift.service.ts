import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../core/app-config.js';
import { GROUP_QUESTIONS, type GroupQuestions } from '../core/ports/group-questions.js';
import { PROCESS_GROUP, type ProcessGroup } from '../core/ports/process-group.js';
import { ModelRegistry } from '../model/model-registry.js';
import type { ModelDrift } from './drift.dto.js';
import { DriftFile } from './drift-file.js';
import { DRIFT_COUNTS, DRIFT_REPORT, DriftKeeper } from './drift-keeper.js';
import { DriftObserver } from './drift.observer.js';
import type { DriftOfVersion } from './version-windows.js';

/** Says how models stand to their training, whoever keeps the windows. */
@Injectable()
export class DriftService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly keeper: DriftKeeper | undefined;

  constructor(
    @Inject(APP_CONFIG) { drift, stateDir }: AppConfig,
    @Inject(GROUP_QUESTIONS) private readonly questions: GroupQuestions,
    @Inject(PROCESS_GROUP) group: ProcessGroup | null,
    observer: DriftObserver,
    private readonly registry: ModelRegistry,
  ) {
    questions.answer(DRIFT_COUNTS, (known: readonly string[]) => observer.read(known));
    if (group !== null || drift === null) return;
    const logger = new Logger('Drift');
    const log = {
      warn: (message: string) => {
        logger.warn(message);
      },
      info: (message: string) => {
        logger.log(message);
      },
    };
    const keeper = new DriftKeeper(
      drift,
      (known) => questions.ask(DRIFT_COUNTS, known),
      new DriftFile(stateDir, log),
      log,
    );
    questions.answer(DRIFT_REPORT, (model: string | null) => keeper.report(model));
    this.keeper = keeper;
  }

  onApplicationBootstrap(): Promise<void> | undefined {
    return this.keeper?.start();
  }

  /** Before the models are closed, which end their counts. */
  onModuleDestroy(): Promise<void> | undefined {
    return this.keeper?.stop();
  }

  /** Rejects with `unknown-model`. */
  async of(model: string): Promise<ModelDrift> {
    const order = this.registry.versions(model).map(([version]) => version);
    const versions = await this.reports(model);
    return { model, versions: versions.sort((a, b) => order.indexOf(a.version) - order.indexOf(b.version)) };
  }

  /** The version of each model that answers where none is named. */
  async current(): Promise<DriftOfVersion[]> {
    const current = new Map(this.registry.names().map((name) => [name, this.registry.defaultVersion(name)]));
    return (await this.reports(null)).filter(({ model, version }) => current.get(model) === version);
  }

  private async reports(model: string | null): Promise<DriftOfVersion[]> {
    const { answers } = await this.questions.ask<readonly DriftOfVersion[]>(DRIFT_REPORT, model);
    return answers.flat();
  }
}
