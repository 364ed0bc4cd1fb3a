import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../core/app-config.js';
import { reasonOf } from '../core/errors.js';
import { MODEL_STORE, type ModelStore } from '../core/ports/model-store.js';
import { ModelRepository } from './model-repository.js';
import { Quarantine } from './quarantine.js';

/** Changes come in swarms: so long is waited for the rest, in milliseconds. */
const SWARM_MS = 100;
/** A package that cannot be activated may still be on its way until it has stood still for so long, in milliseconds. */
const QUIET_MS = 5_000;

/**
 * Takes over what appears in the store while the service runs. Packages should appear by an atomic rename; one that is
 * copied file by file is left alone until it is whole, or until its copying has stopped and it can be called damaged.
 */
@Injectable()
export class ModelWatcher implements OnModuleDestroy {
  private readonly logger = new Logger('Models');
  private readonly quarantine = new Quarantine(QUIET_MS, () => {
    this.look();
  });
  private stopWatching: (() => Promise<void>) | undefined;
  private looking: NodeJS.Timeout | undefined;
  private rounds: NodeJS.Timeout | undefined;

  constructor(
    @Inject(MODEL_STORE) private readonly store: ModelStore,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly repository: ModelRepository,
  ) {}

  /** Begins to watch; looks from time to time as well, for file systems that do not tell. */
  async start(): Promise<void> {
    const { watch, refreshSeconds } = this.config.models;
    if (!watch) return;
    this.repository.bePatient({ mayBeIncomplete: (found) => this.quarantine.holds(found) });
    this.stopWatching = await this.store.watch(() => {
      this.changed();
    });
    this.rounds = setInterval(() => {
      this.goRound();
    }, refreshSeconds * 1_000).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearTimeout(this.looking);
    clearInterval(this.rounds);
    this.quarantine.close();
    await this.stopWatching?.();
  }

  private changed(): void {
    this.looking ??= setTimeout(() => {
      this.looking = undefined;
      this.look();
    }, SWARM_MS);
  }

  private goRound(): void {
    this.repository.fetch().then(
      () => {
        this.look();
      },
      (error: unknown) => {
        this.logger.error(`The wanted models could not be looked for: ${reasonOf(error)}`);
      },
    );
  }

  private look(): void {
    this.repository.refresh().catch((error: unknown) => {
      this.logger.error(`The models folder could not be looked through: ${reasonOf(error)}`);
    });
  }
}
