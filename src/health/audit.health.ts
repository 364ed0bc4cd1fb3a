import { Inject, Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { APP_CONFIG, type AppConfig } from '../core/app-config.js';
import { AUDIT_SINK, type LineSink } from '../core/ports/line-sink.js';

/** Says of the audit log when it cannot be written: an impairment where lines are dropped, an end to answers where it blocks. */
@Injectable()
export class AuditHealth {
  constructor(
    private readonly indicators: HealthIndicatorService,
    @Inject(AUDIT_SINK) private readonly sink: LineSink | null,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  checks(): HealthIndicatorResult[] {
    return [...this.log(), ...this.copies()];
  }

  private log(): HealthIndicatorResult[] {
    const fault = this.sink?.fault;
    if (fault === undefined) return [];
    const check = this.indicators.check('audit');
    const reason = `The audit log cannot be written: ${fault}.`;
    return [this.config.auditFailure.onError === 'block' ? check.down(reason) : check.degraded(reason)];
  }

  private copies(): HealthIndicatorResult[] {
    const fault = this.sink?.sinkFault;
    if (fault === undefined) return [];
    return [this.indicators.check('audit-sink').degraded(`Audit events cannot be sent: ${fault}.`)];
  }
}
