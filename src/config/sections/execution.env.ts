import type { AppConfig } from '../../core/app-config.js';
import { BACKEND_NAMES, type BackendName } from '../../core/ports/inference-backend.js';
import { OneOf, WholeNumber } from '../env-rules.js';

const BACKENDS = ['auto', ...BACKEND_NAMES] as const;
const TABULATE = ['auto', 'off'] as const;

/** What runs the models. */
export class ExecutionEnv {
  @OneOf(BACKENDS)
  BACKEND: BackendName | 'auto' = 'auto';

  @WholeNumber(1, 64, 'threads')
  WORKERS = 1;

  @OneOf(TABULATE)
  TABULATE: (typeof TABULATE)[number] = 'auto';

  @WholeNumber(1, 1_000_000, 'inputs')
  TABULATE_INPUTS = 20_000;

  @WholeNumber(1, 64, 'processes')
  WEB_CONCURRENCY = 1;
}

export function executionConfig(env: ExecutionEnv): Pick<AppConfig, 'backend' | 'execution'> {
  return {
    backend: env.BACKEND,
    execution: {
      workers: env.WORKERS,
      tabulateInputs: env.TABULATE === 'off' ? 0 : env.TABULATE_INPUTS,
      processes: env.WEB_CONCURRENCY,
    },
  };
}
