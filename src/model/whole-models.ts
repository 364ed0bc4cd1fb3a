import { Injectable } from '@nestjs/common';
import type { ManagedModels, RepositoryEntry } from '../core/ports/managed-models.js';
import { ModelRegistry } from './model-registry.js';
import { ModelRepository } from './model-repository.js';

/** The repository for clients that name models and no versions. */
@Injectable()
export class WholeModels implements ManagedModels {
  constructor(
    private readonly repository: ModelRepository,
    private readonly registry: ModelRegistry,
  ) {}

  index(): readonly RepositoryEntry[] {
    return this.repository.index();
  }

  load(name: string): Promise<void> {
    return this.repository.change({ kind: 'load-model', name });
  }

  async unload(name: string): Promise<void> {
    const versions = this.registry.versions(name).map(([version]) => version);
    await this.repository.change({ kind: 'unload-model', name, versions });
  }
}
