import { resolve } from 'node:path';
import { IsString } from 'class-validator';
import { type AppConfig, LOG_LEVELS, type LogLevel } from '../../core/app-config.js';
import { OneOf, WholeNumber } from '../env-rules.js';

const AUDIT_ON_ERROR = ['drop', 'block'] as const;
const LOG_FORMATS = ['auto', 'json', 'pretty'] as const;

/** Lines for people and lines for the record. */
export class LoggingEnv {
  @OneOf(LOG_LEVELS)
  LOG_LEVEL: LogLevel = 'info';

  @OneOf(LOG_FORMATS)
  LOG_FORMAT: (typeof LOG_FORMATS)[number] = 'auto';

  @IsString()
  AUDIT_LOG = 'stdout';

  @OneOf(AUDIT_ON_ERROR)
  AUDIT_ON_ERROR: (typeof AUDIT_ON_ERROR)[number] = 'drop';

  @WholeNumber(1_048_576, 4_294_967_296, 'bytes')
  AUDIT_BUFFER_BYTES = 67_108_864;
}

/** @param terminal whether a person reads standard output, which `LOG_FORMAT=auto` asks. */
export function loggingConfig(env: LoggingEnv, terminal: boolean): Pick<AppConfig, 'log' | 'audit' | 'auditFailure'> {
  return {
    log: { level: env.LOG_LEVEL, pretty: env.LOG_FORMAT === 'auto' ? terminal : env.LOG_FORMAT === 'pretty' },
    audit: toAudit(env.AUDIT_LOG),
    auditFailure: { onError: env.AUDIT_ON_ERROR, bufferBytes: env.AUDIT_BUFFER_BYTES },
  };
}

function toAudit(target: string): AppConfig['audit'] {
  return target === 'stdout' || target === 'off' ? { kind: target } : { kind: 'file', path: resolve(target) };
}
