import type { AppConfig } from '../../core/app-config.js';
import { WholeNumber } from '../env-rules.js';

const SECOND = 1_000;

/** How long, how large and how many connections may be. */
export class EdgeEnv {
  @WholeNumber(1_024, 1_048_576, 'bytes')
  MAX_HEADER_BYTES = 16_384;

  @WholeNumber(1, 3_600, 'seconds')
  HEADERS_TIMEOUT_SECONDS = 15;

  @WholeNumber(1, 3_600, 'seconds')
  BODY_TIMEOUT_SECONDS = 30;

  @WholeNumber(1, 3_600, 'seconds')
  KEEP_ALIVE_SECONDS = 75;

  @WholeNumber(1, 1_000_000, 'connections')
  MAX_CONNECTIONS = 10_000;
}

/** @param processes that share the connections. */
export function edgeConfig(env: EdgeEnv, processes: number): Pick<AppConfig, 'edge'> {
  return {
    edge: {
      headerBytes: env.MAX_HEADER_BYTES,
      // A whole request has more time than its headers, whatever was configured.
      headersMs: Math.min(env.HEADERS_TIMEOUT_SECONDS, env.BODY_TIMEOUT_SECONDS) * SECOND,
      bodyMs: env.BODY_TIMEOUT_SECONDS * SECOND,
      keepAliveMs: env.KEEP_ALIVE_SECONDS * SECOND,
      connections: Math.ceil(env.MAX_CONNECTIONS / processes),
    },
  };
}
