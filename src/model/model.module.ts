import { Module } from '@nestjs/common';
import { MODEL_STORE } from '../core/ports/model-store.js';
import { ModelController } from './model.controller.js';
import { ModelLifecycle } from './model-lifecycle.js';
import { ModelRegistry } from './model-registry.js';
import { LocalFolderStore } from './store/local-folder.store.js';

@Module({
  controllers: [ModelController],
  providers: [{ provide: MODEL_STORE, useClass: LocalFolderStore }, ModelRegistry, ModelLifecycle],
  exports: [ModelRegistry, ModelLifecycle],
})
export class ModelModule {}
