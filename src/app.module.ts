import { type DynamicModule, Logger, Module, type ModuleMetadata } from '@nestjs/common';
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
import type { LineSink } from './core/ports/line-sink.js';
import { tellAuditFaults } from './observability/audit/audit-watcher.js';
import { auditSink } from './observability/destinations.js';
import { ObservabilityModule } from './observability/observability.module.js';
import type { Spans } from './observability/tracing/spans.js';
import { OpenApiModule } from './openapi/openapi.module.js';
import { PROTOCOLS } from './prediction/protocols/index.js';
import { PredictionModule } from './prediction/prediction.module.js';
import { RolloutModule } from './rollout/rollout.module.js';
import { RuntimeModule } from './runtime/runtime.module.js';

/** What differs between a process of its own and a guest in another application. */
export interface Surroundings {
  readonly group: ProcessGroup | null;
  /** Where lines for people go. */
  readonly log: LineSink;
  readonly spans: Spans | null;
  /** Modules that are there only where they are asked for. */
  readonly extras: NonNullable<ModuleMetadata['imports']>;
}

/** In another application: what there is to say is said through Nest's logger, which is the host's. */
const AS_GUEST: Surroundings = {
  group: null,
  log: { write: () => undefined, flush: () => Promise.resolve() },
  spans: null,
  extras: [],
};

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
  static forRoot(config: AppConfig, { group, log, spans, extras }: Surroundings = AS_GUEST): DynamicModule {
    const sinks = { log, audit: auditSink(config, auditWatcher, group?.audit), spans };
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(config),
        ClusterModule.forRoot(group),
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
        ...extras,
      ],
    };
  }
}
