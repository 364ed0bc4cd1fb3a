import { resolve } from 'node:path';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import type { AppConfig } from '../core/app-config.js';
import { EnvDto } from './env.dto.js';

/** The configuration cannot be used. The message names every wrong variable and never a value, which may be a secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Turns the environment into the configuration. An empty variable counts as unset.
 *
 * @param terminal whether a person reads standard output, which `LOG_FORMAT=auto` asks.
 */
export function loadConfig(env: Environment, terminal: boolean): AppConfig {
  const known = Object.keys(new EnvDto());
  const set = Object.fromEntries(known.map((name) => [name, env[name]] as const).filter(([, value]) => value?.trim()));
  const dto = plainToInstance(EnvDto, set, { exposeDefaultValues: true });
  const faults = validateSync(dto, { stopAtFirstError: true }).map(({ property, constraints }) => {
    const why = Object.values(constraints ?? {}).map((message: string) => message.replace(`${property} `, ''));
    return `  ${property} ${why.join(', and ')}`;
  });
  if (faults.length > 0) {
    throw new ConfigError(
      `The configuration is wrong:\n${faults.join('\n')}\nEvery variable is described in README.md.`,
    );
  }
  return toAppConfig(dto, terminal);
}

function toAppConfig(env: EnvDto, terminal: boolean): AppConfig {
  return deepFreeze({
    http: { host: env.HOST, port: env.PORT, corsOrigins: env.CORS_ORIGINS, bodyLimit: env.BODY_LIMIT },
    serverName: env.SERVER_NAME,
    models: {
      dir: resolve(env.MODELS_DIR),
      defaultModel: env.DEFAULT_MODEL ?? null,
      required: env.REQUIRED_MODELS ?? null,
    },
    backend: env.BACKEND,
    limits: { requestRows: env.MAX_REQUEST_ROWS, batchRows: env.MAX_BATCH_ROWS },
    execution: {
      placement: env.PLACEMENT,
      workers: env.WORKERS,
      tabulateInputs: env.TABULATE === 'off' ? 0 : env.TABULATE_INPUTS,
      processes: env.WEB_CONCURRENCY,
    },
    log: { level: env.LOG_LEVEL, pretty: env.LOG_FORMAT === 'auto' ? terminal : env.LOG_FORMAT === 'pretty' },
    audit: toAudit(env.AUDIT_LOG),
  });
}

function toAudit(target: string): AppConfig['audit'] {
  return target === 'stdout' || target === 'off' ? { kind: target } : { kind: 'file', path: resolve(target) };
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value) as unknown[]) {
    if (typeof part === 'object' && part !== null) deepFreeze(part);
  }
  return Object.freeze(value);
}
