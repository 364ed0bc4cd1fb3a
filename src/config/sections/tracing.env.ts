import { IsNumber, IsOptional, IsUrl, Matches, Max, Min } from 'class-validator';
import { Type } from 'class-transformer';
import { type AppConfig, TRACE_SAMPLERS, type TraceSampler } from '../../core/app-config.js';
import { OneOf, SWITCH, type Switch, WholeNumber } from '../env-rules.js';

const PAIRS = /^\s*[^=,\s]+\s*=[^,]*(,\s*[^=,\s]+\s*=[^,]*)*$/;

/**
 * Where traces go, by OpenTelemetry's own names; the exporter reads the other OTEL_EXPORTER_OTLP_ variables itself:
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export class TracingEnv {
  @IsOptional()
  @IsUrl(
    { protocols: ['http', 'https'], require_protocol: true, require_tld: false },
    { message: 'must be a URL such as http://127.0.0.1:4318' },
  )
  OTEL_EXPORTER_OTLP_ENDPOINT?: string;

  @OneOf(SWITCH)
  OTEL_SDK_DISABLED: Switch = 'false';

  @Matches(/\S/, { message: 'must not be empty' })
  OTEL_SERVICE_NAME = 'tensornest';

  @IsOptional()
  @Matches(PAIRS, { message: 'must be pairs such as deployment.environment.name=test, separated by commas' })
  OTEL_RESOURCE_ATTRIBUTES?: string;

  @OneOf(TRACE_SAMPLERS)
  OTEL_TRACES_SAMPLER: TraceSampler = 'parentbased_always_on';

  @Type(() => Number)
  @IsNumber({}, { message: 'must be a number from 0 to 1' })
  @Min(0, { message: 'must be at least 0' })
  @Max(1, { message: 'must be at most 1' })
  OTEL_TRACES_SAMPLER_ARG = 1;

  @WholeNumber(1, 600_000, 'milliseconds')
  OTEL_BSP_SCHEDULE_DELAY = 5_000;
}

export function tracingConfig(env: TracingEnv): Pick<AppConfig, 'tracing'> {
  const endpoint = env.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (endpoint === undefined || env.OTEL_SDK_DISABLED === 'true') return { tracing: null };
  return {
    tracing: {
      url: `${endpoint.replace(/\/$/, '')}/v1/traces`,
      serviceName: env.OTEL_SERVICE_NAME,
      attributes: attributesOf(env.OTEL_RESOURCE_ATTRIBUTES ?? ''),
      sampler: env.OTEL_TRACES_SAMPLER,
      ratio: env.OTEL_TRACES_SAMPLER_ARG,
      gatherMs: env.OTEL_BSP_SCHEDULE_DELAY,
    },
  };
}

function attributesOf(pairs: string): Readonly<Record<string, string>> {
  const entries = pairs
    .split(',')
    .filter((pair) => pair.includes('='))
    .map((pair) => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at).trim(), decoded(pair.slice(at + 1).trim())] as const;
    });
  return Object.fromEntries(entries);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
