import { type DynamicModule, Logger, Module, type Type } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { AccessModule } from './access/access.module.js';
import { Quotas } from './access/quotas.service.js';
import { ClusterModule } from './cluster/cluster.module.js';
import { AdminModule } from './admin/admin.module.js';
import { ConfigModule } from './config/config.module.js';
import type { AppConfig } from './core/app-config.js';
import { DriftModule } from './drift/drift.module.js';
import { DriftObserver } from './drift/drift.observer.js';
import type { ProcessGroup } from './core/ports/process-group.js';
import { ExplainModule } from './explain/explain.module.js';
import { FeedbackModule } from './feedback/feedback.module.js';
import { PredictionKeeper } from './feedback/prediction-keeper.js';
import { HealthModule } from './health/health.module.js';
import { HomeModule } from './home/home.module.js';
import { HttpModule } from './http/http.module.js';

import { loggerParams } from './observability/logging.js';
import { tellAuditFaults } from './observability/audit/audit-watcher.js';
import { auditSink, logSink } from './observability/destinations.js';
import { ObservabilityModule } from './observability/observability.module.js';
import type { Spans } from './observability/tracing/spans.js';
import { OpenApiModule } from './openapi/openapi.module.js';

import { PROTOCOLS } from './prediction/protocols/index.js';
import { PredictionModule } from './prediction/prediction.module.js';
import { RolloutModule } from './rollout/rollout.module.js';
import { RuntimeModule } from './runtime/runtime.module.js';

/** What a service has only where its configuration asks for it. */
export interface Extras {
  readonly doors?: readonly Type[];
  readonly spans?: Spans | null;
}

const auditLogger = new Logger('Audit');
const auditWatcher = tellAuditFaults({
  error: (message) => {
    auditLogger.error(message);
  },
  warn: (message) => {
    auditLogger.warn(message);
  },
  info: (message) => {
    auditLogger.log(message);
  },
});

/** The composition root: what the service is made of. */
@Module({})
export class AppModule {
  static forRoot(
    config: AppConfig,
    group: ProcessGroup | null = null,
    { doors = [], spans = null }: Extras = {},
  ): DynamicModule {
    const sinks = { log: logSink(config), audit: auditSink(config, auditWatcher, group?.audit), spans };
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(config),
        ClusterModule.forRoot(group),
        LoggerModule.forRoot(loggerParams(config, sinks.log)),
        HttpModule.forRoot(PROTOCOLS.flatMap(({ errors }) => errors ?? [])),
        RuntimeModule,
        ObservabilityModule.forRoot(sinks, [
          Quotas,
          PredictionKeeper,
          ...(config.drift === null ? [] : [DriftObserver]),
        ]),
        AccessModule,
        PredictionModule,
        ExplainModule,
        FeedbackModule,
        HealthModule,
        OpenApiModule,
        HomeModule,
        ...(config.admin ? [AdminModule, RolloutModule] : []),
        ...(config.drift === null ? [] : [DriftModule]),
        ...doors,
      ],
    };
  }
}
