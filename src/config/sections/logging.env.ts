import { type AppConfig, LOG_LEVELS, type LogLevel } from '../../core/app-config.js';
import { OneOf } from '../env-rules.js';

const LOG_FORMATS = ['auto', 'json', 'pretty'] as const;

/** Lines for people. */
export class LoggingEnv {
  @OneOf(LOG_LEVELS)
  LOG_LEVEL: LogLevel = 'info';

  @OneOf(LOG_FORMATS)
  LOG_FORMAT: (typeof LOG_FORMATS)[number] = 'auto';
}

/** @param terminal whether a person reads standard output, which `LOG_FORMAT=auto` asks. */
export function loggingConfig(env: LoggingEnv, terminal: boolean): Pick<AppConfig, 'log'> {
  return {
    log: { level: env.LOG_LEVEL, pretty: env.LOG_FORMAT === 'auto' ? terminal : env.LOG_FORMAT === 'pretty' },
  };
}
