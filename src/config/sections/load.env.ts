import { ValidateBy } from 'class-validator';
import type { AppConfig } from '../../core/app-config.js';
import { PLACEMENTS, parsePlacements } from '../../core/placement.js';
import { WholeNumber } from '../env-rules.js';

const IsPlacement = (): PropertyDecorator =>
  ValidateBy({
    name: 'isPlacement',
    validator: {
      validate: (value) => typeof value === 'string' && parsePlacements(value) !== undefined,
      defaultMessage: () =>
        `must be one of ${PLACEMENTS.join(', ')}, with exceptions such as penguins=worker after semicolons`,
    },
  });

/** What the service does when more is asked of it than it can do, and when it is told to end. */
export class LoadEnv {
  @IsPlacement()
  PLACEMENT = 'auto';

  @WholeNumber(1, 10_000_000, 'rows')
  QUEUE_ROWS = 10_000;

  @WholeNumber(1, 3_600_000, 'milliseconds')
  REQUEST_TIMEOUT_MS = 30_000;

  @WholeNumber(16, 65_536, 'megabytes')
  WORKER_HEAP_MB = 1_024;

  @WholeNumber(0, 3_600, 'seconds')
  DRAIN_SECONDS = 5;

  @WholeNumber(1, 3_600, 'seconds')
  SHUTDOWN_SECONDS = 20;
}

export function underLoadConfig(env: LoadEnv): Pick<AppConfig, 'load'> {
  return {
    load: {
      // It was validated, so it can be parsed.
      placements: parsePlacements(env.PLACEMENT)!,
      queueRows: env.QUEUE_ROWS,
      requestTimeoutMs: env.REQUEST_TIMEOUT_MS,
      workerHeapMb: env.WORKER_HEAP_MB,
      drainSeconds: env.DRAIN_SECONDS,
      shutdownSeconds: env.SHUTDOWN_SECONDS,
    },
  };
}
