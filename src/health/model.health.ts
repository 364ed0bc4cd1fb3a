import { Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { ModelRegistry } from '../model/model-registry.js';

/** Says of the models whether they can be asked. */
@Injectable()
export class ModelHealth {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly registry: ModelRegistry,
  ) {}

  /** Up once the first load has come to its end; whether it went well is for readiness to say. */
  started(): HealthIndicatorResult {
    const check = this.indicators.check('models');
    return this.registry.started ? check.up() : check.down('The models are being loaded.');
  }

  /** Up when the model can be asked and its last execution, or else its golden check, was good. */
  async ready(name: string): Promise<HealthIndicatorResult> {
    const check = this.indicators.check(name);
    const fault = await this.faultOf(name);
    if (fault !== undefined) return check.down(fault);
    return check.up({ version: this.registry.defaultVersion(name) });
  }

  /** An empty service is not ready: somebody forgot its models. */
  anyModel(): HealthIndicatorResult {
    const check = this.indicators.check('models');
    const { length } = this.registry.required;
    return length > 0 ? check.up({ required: length }) : check.down('There is no model to serve.');
  }

  private async faultOf(name: string): Promise<string | undefined> {
    if (!this.registry.names().includes(name)) return 'There is no package of this model.';
    if (this.registry.defaultVersion(name) !== undefined) return this.registry.slot(name).fault();
    const [version, status] = this.registry.versions(name)[0] ?? [];
    return status?.state === 'failed' ? `${version} was refused: ${status.error.message}` : `${version} is loading.`;
  }
}
