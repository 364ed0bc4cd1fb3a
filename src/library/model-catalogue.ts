import type { Readiness } from '../core/ports/readiness.js';
import type { ModelController } from '../model/model.controller.js';
import type { ModelDetail, ModelSummary, VersionDetail } from '../model/model.dto.js';

/** What is served: the same descriptions as under `/api/v1/models`. */
export class ModelCatalogue {
  constructor(
    private readonly models: ModelController,
    private readonly readiness: Readiness,
  ) {}

  /** Every model, in alphabetical order, and where each of its versions stands. */
  list(): readonly ModelSummary[] {
    return this.models.list().models;
  }

  /** One model, with the version that answers; throws `unknown-model`. */
  describe(name: string): ModelDetail {
    return this.models.one(name);
  }

  /** One version or alias: signature, metrics, digests; throws `unknown-model` or `unknown-version`. */
  version(name: string, version: string): VersionDetail {
    return this.models.version(name, version);
  }

  /** Why not every required model can be asked at this moment; undefined when each can. For a host's own health check. */
  fault(): Promise<string | undefined> {
    return this.readiness.fault();
  }
}
