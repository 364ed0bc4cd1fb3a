import { resolve } from 'node:path';
import { IsString } from 'class-validator';
import { type AppConfig, LOG_LEVELS, type LogLevel } from '../../core/app-config.js';
import { OneOf } from '../env-rules.js';

const LOG_FORMATS = ['auto', 'json', 'pretty'] as const;

/** Lines for people and lines for the record. */
export class LoggingEnv {
  @OneOf(LOG_LEVELS)
  LOG_LEVEL: LogLevel = 'info';

  @OneOf(LOG_FORMATS)
  LOG_FORMAT: (typeof LOG_FORMATS)[number] = 'auto';

  @IsString()
  AUDIT_LOG = 'stdout';
}

/** @param terminal whether a person reads standard output, which `LOG_FORMAT=auto` asks. */
export function loggingConfig(env: LoggingEnv, terminal: boolean): Pick<AppConfig, 'log' | 'audit'> {
  return {
    log: { level: env.LOG_LEVEL, pretty: env.LOG_FORMAT === 'auto' ? terminal : env.LOG_FORMAT === 'pretty' },
    audit: toAudit(env.AUDIT_LOG),
  };
}

function toAudit(target: string): AppConfig['audit'] {
  return target === 'stdout' || target === 'off' ? { kind: target } : { kind: 'file', path: resolve(target) };
}
