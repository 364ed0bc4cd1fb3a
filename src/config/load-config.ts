import { KeyObject } from 'node:crypto';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import type { AppConfig, Mount } from '../core/app-config.js';
import { ConfigError } from './env-rules.js';
import { AccessEnv, accessConfig, assertGuarded } from './sections/access.env.js';
import { AuditEnv, auditConfig } from './sections/audit.env.js';
import { DriftEnv, driftConfig } from './sections/drift.env.js';
import { DoorsEnv, doorsConfig } from './sections/doors.env.js';
import { EdgeEnv, edgeConfig } from './sections/edge.env.js';
import { ExecutionEnv, executionConfig } from './sections/execution.env.js';
import { FeedbackEnv, feedbackConfig } from './sections/feedback.env.js';
import { LoadEnv, underLoadConfig } from './sections/load.env.js';
import { LimitsEnv, limitsConfig } from './sections/limits.env.js';
import { LoggingEnv, loggingConfig } from './sections/logging.env.js';
import { MetricsEnv, metricsConfig } from './sections/metrics.env.js';
import { ModelsEnv, modelsConfig } from './sections/models.env.js';
import { ServerEnv, serverConfig } from './sections/server.env.js';
import { TracingEnv, tracingConfig } from './sections/tracing.env.js';

export type Environment = Readonly<Record<string, string | undefined>>;

type Section<T extends object> = new () => T;

/** Every section of the environment. */
const SECTIONS: readonly Section<object>[] = [
  ServerEnv,
  EdgeEnv,
  AccessEnv,
  ModelsEnv,
  LimitsEnv,
  ExecutionEnv,
  LoadEnv,
  DoorsEnv,
  LoggingEnv,
  AuditEnv,
  FeedbackEnv,
  MetricsEnv,
  DriftEnv,
  TracingEnv,
];

/** Every variable with its default; undefined where it has none. */
export function variables(): Readonly<Record<string, string | number | readonly string[] | undefined>> {
  return Object.assign({}, ...SECTIONS.map((Env) => new Env())) as ReturnType<typeof variables>;
}

/**
 * Turns the environment into the configuration. An empty variable counts as unset.
 *
 * @param terminal whether a person reads standard output, which `LOG_FORMAT=auto` asks.
 * @param mount where the doors are in another application.
 * @throws {ConfigError} that names every wrong variable.
 */
export function loadConfig(env: Environment, terminal: boolean, mount: Mount | null = null): AppConfig {
  const faults = SECTIONS.flatMap((Env) => faultsOf(read(Env, env)));
  if (faults.length > 0) throw new ConfigError(faults);
  const config = deepFreeze({
    mount,
    ...serverConfig(read(ServerEnv, env)),
    ...edgeConfig(read(EdgeEnv, env), read(ExecutionEnv, env).WEB_CONCURRENCY),
    ...accessConfig(read(AccessEnv, env)),
    ...modelsConfig(read(ModelsEnv, env)),
    ...limitsConfig(read(LimitsEnv, env)),
    ...executionConfig(read(ExecutionEnv, env)),
    ...underLoadConfig(read(LoadEnv, env)),
    ...doorsConfig(read(DoorsEnv, env)),
    ...loggingConfig(read(LoggingEnv, env), terminal),
    ...auditConfig(read(AuditEnv, env)),
    ...feedbackConfig(read(FeedbackEnv, env), read(ServerEnv, env).STATE_DIR),
    ...metricsConfig(read(MetricsEnv, env)),
    ...driftConfig(read(DriftEnv, env)),
    ...tracingConfig(read(TracingEnv, env)),
  });
  assertGuarded(config);
  return config;
}

function read<T extends object>(Env: Section<T>, env: Environment): T {
  const known = Object.keys(new Env());
  const set = Object.fromEntries(known.map((name) => [name, env[name]] as const).filter(([, value]) => value?.trim()));
  return plainToInstance(Env, set, { exposeDefaultValues: true });
}

function faultsOf(section: object): string[] {
  return validateSync(section, { stopAtFirstError: true }).map(({ property, constraints }) => {
    const why = Object.values(constraints ?? {}).map((message: string) => message.replace(`${property} `, ''));
    return `${property} ${why.join(', and ')}`;
  });
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value) as unknown[]) {
    // A key cannot be changed, and keeps what it has worked out about itself in itself.
    if (typeof part === 'object' && part !== null && !(part instanceof KeyObject)) deepFreeze(part);
  }
  return Object.freeze(value);
}
