import { IsIn } from 'class-validator';
import { type AppConfig, METRIC_DIALECTS, type MetricDialect } from '../../core/app-config.js';
import { CommaList } from '../env-rules.js';

/** What `/metrics` shows beside its own names. */
export class MetricsEnv {
  @CommaList()
  @IsIn(METRIC_DIALECTS, {
    each: true,
    message: `must list some of ${METRIC_DIALECTS.join(', ')}, separated by commas`,
  })
  METRICS_COMPAT: MetricDialect[] = [];
}

export function metricsConfig(env: MetricsEnv): Pick<AppConfig, 'metrics'> {
  return { metrics: { compat: [...new Set(env.METRICS_COMPAT)] } };
}
