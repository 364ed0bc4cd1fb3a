import { Module } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../core/app-config.js';
import { MANAGED_MODELS } from '../core/ports/managed-models.js';
import { MODEL_STORE, type ModelStore } from '../core/ports/model-store.js';
import { NPM_SETTINGS, type ReadNpmSettings } from '../core/ports/npm-settings.js';
import { ModelController } from './model.controller.js';
import { ModelLifecycle } from './model-lifecycle.js';
import { ModelMetrics } from './model.metrics.js';
import { ModelRegistry } from './model-registry.js';
import { ModelRepository } from './model-repository.js';
import { ModelWatcher } from './model-watcher.js';
import { ServingFile } from './serving-file.js';
import { LocalFolderStore } from './store/local-folder.store.js';
import { WantedModelsStore } from './store/wanted-models.store.js';
import { WholeModels } from './whole-models.js';

@Module({
  controllers: [ModelController],
  providers: [
    LocalFolderStore,
    {
      provide: MODEL_STORE,
      useFactory: (local: LocalFolderStore, config: AppConfig, settings: ReadNpmSettings): ModelStore =>
        config.models.wanted.length === 0 ? local : new WantedModelsStore(local, config, settings),
      inject: [LocalFolderStore, APP_CONFIG, NPM_SETTINGS],
    },
    ModelRegistry,
    ModelMetrics,
    ModelLifecycle,
    ModelRepository,
    ModelWatcher,
    ServingFile,
    WholeModels,
    {
      provide: MANAGED_MODELS,
      useFactory: (config: AppConfig, models: WholeModels) => (config.admin ? models : null),
      inject: [APP_CONFIG, WholeModels],
    },
  ],
  exports: [ModelRegistry, ModelLifecycle, ModelRepository, ModelWatcher, MANAGED_MODELS],
})
export class ModelModule {}
