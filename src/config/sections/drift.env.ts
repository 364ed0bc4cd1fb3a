import { IsNumber, Max, Min } from 'class-validator';
import { Type } from 'class-transformer';
import type { AppConfig } from '../../core/app-config.js';
import { OneOf, WholeNumber } from '../env-rules.js';

const DRIFT = ['on', 'off'] as const;

/** How the traffic is compared with the training data. */
export class DriftEnv {
  @OneOf(DRIFT)
  DRIFT: (typeof DRIFT)[number] = 'on';

  @WholeNumber(100, 10_000_000, 'rows')
  DRIFT_WINDOW_ROWS = 1_000;

  @WholeNumber(1, 2_592_000, 'seconds')
  DRIFT_WINDOW_SECONDS = 3_600;

  @Type(() => Number)
  @IsNumber({}, { message: 'must be a number from 0.000001 to 0.5' })
  @Min(0.000001, { message: 'must be at least 0.000001' })
  @Max(0.5, { message: 'must be at most 0.5' })
  DRIFT_SIGNIFICANCE = 0.05;
}

export function driftConfig(env: DriftEnv): Pick<AppConfig, 'drift'> {
  const { DRIFT_WINDOW_ROWS: rows, DRIFT_WINDOW_SECONDS: seconds, DRIFT_SIGNIFICANCE: significance } = env;
  return { drift: env.DRIFT === 'off' ? null : { rows, seconds, significance } };
}
