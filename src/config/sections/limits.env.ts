import type { AppConfig } from '../../core/app-config.js';
import { WholeNumber } from '../env-rules.js';

/** The most that one request, execution or package may be. */
export class LimitsEnv {
  @WholeNumber(1, 1_000_000, 'rows')
  MAX_REQUEST_ROWS = 5_000;

  @WholeNumber(1, 1_000_000, 'rows')
  MAX_BATCH_ROWS = 4_096;

  @WholeNumber(100, 10_000_000, 'rows')
  EXPLAIN_ROWS = 100_000;

  @WholeNumber(1_024, 10_737_418_240, 'bytes')
  UPLOAD_LIMIT = 268_435_456;

  @WholeNumber(1_024, 10_737_418_240, 'bytes')
  MAX_PACKAGE_BYTES = 1_073_741_824;
}

export function limitsConfig(env: LimitsEnv): Pick<AppConfig, 'limits'> {
  return {
    limits: {
      requestRows: env.MAX_REQUEST_ROWS,
      explainRows: env.EXPLAIN_ROWS,
      uploadBytes: env.UPLOAD_LIMIT,
      packageBytes: env.MAX_PACKAGE_BYTES,
      batchRows: env.MAX_BATCH_ROWS,
    },
  };
}
