import { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { type AppConfig, OIP_EXTENSIONS } from '../core/app-config.js';
import { readPublicKey } from '../core/ed25519.js';
import { reasonOf } from '../core/errors.js';
import { parseVersionPolicies } from '../core/version-policy.js';
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
  if (faults.length > 0) throw toConfigError(faults);
  return toAppConfig(dto, terminal);
}

function toConfigError(faults: readonly string[]): ConfigError {
  return new ConfigError(
    `The configuration is wrong:\n${faults.join('\n')}\nEvery variable is described in README.md.`,
  );
}

function toAppConfig(env: EnvDto, terminal: boolean): AppConfig {
  return deepFreeze({
    http: { host: env.HOST, port: env.PORT, corsOrigins: env.CORS_ORIGINS, bodyLimit: env.BODY_LIMIT },
    serverName: env.SERVER_NAME,
    stateDir: resolve(env.STATE_DIR),
    admin: env.ADMIN_API === 'true',
    models: {
      dir: resolve(env.MODELS_DIR),
      flatName: env.MODEL_NAME ?? null,
      defaultModel: env.DEFAULT_MODEL ?? null,
      required: env.REQUIRED_MODELS ?? null,
      // It was validated, so it can be parsed.
      policies: parseVersionPolicies(env.VERSION_POLICY)!,
      watch: env.WATCH_MODELS === 'true',
      refreshSeconds: env.MODELS_REFRESH_SECONDS,
      scope: env.MODEL_SCOPE ?? null,
      wanted: env.MODELS,
      requireSignature: env.REQUIRE_SIGNATURE === undefined ? null : toPublicKey(env.REQUIRE_SIGNATURE),
    },
    backend: env.BACKEND,
    openInference: { extensions: env.OIP_EXTENSIONS ?? [...OIP_EXTENSIONS] },
    grpc: { port: env.GRPC_PORT ?? null, alwaysRaw: env.GRPC_OUTPUTS === 'raw' },
    v1Dialect: env.V1_DIALECT,
    limits: {
      requestRows: env.MAX_REQUEST_ROWS,
      explainRows: env.EXPLAIN_ROWS,
      uploadBytes: env.UPLOAD_LIMIT,
      packageBytes: env.MAX_PACKAGE_BYTES,
      batchRows: env.MAX_BATCH_ROWS,
    },
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

function toPublicKey(path: string): KeyObject {
  try {
    return readPublicKey(readFileSync(path, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === undefined ? `the file ${reasonOf(error)}` : `the file cannot be read (${code})`;
    throw toConfigError([`  REQUIRE_SIGNATURE must name a PEM file with an Ed25519 public key: ${reason}`]);
  }
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value) as unknown[]) {
    // A key cannot be changed, and keeps what it has worked out about itself in itself.
    if (typeof part === 'object' && part !== null && !(part instanceof KeyObject)) deepFreeze(part);
  }
  return Object.freeze(value);
}
