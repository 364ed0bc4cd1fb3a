import { IsOptional, Matches } from 'class-validator';
import { type AppConfig, OIP_EXTENSIONS, V1_DIALECTS, type V1Dialect } from '../../core/app-config.js';
import { CommaList, OneOf, WholeNumber } from '../env-rules.js';

const GRPC_OUTPUTS = ['mirror', 'raw'] as const;

/** The protocols, where they leave a choice. */
export class DoorsEnv {
  @IsOptional()
  @CommaList()
  @Matches(/^[a-z0-9_]{1,64}$/, { each: true, message: 'must list names of extensions, separated by commas' })
  OIP_EXTENSIONS?: string[];

  @IsOptional()
  @WholeNumber(1, 65_535)
  GRPC_PORT?: number;

  @OneOf(GRPC_OUTPUTS)
  GRPC_OUTPUTS: (typeof GRPC_OUTPUTS)[number] = 'mirror';

  @OneOf(V1_DIALECTS)
  V1_DIALECT: V1Dialect = 'union';
}

export function doorsConfig(env: DoorsEnv): Pick<AppConfig, 'openInference' | 'grpc' | 'v1Dialect'> {
  return {
    openInference: { extensions: env.OIP_EXTENSIONS ?? [...OIP_EXTENSIONS] },
    grpc: { port: env.GRPC_PORT ?? null, alwaysRaw: env.GRPC_OUTPUTS === 'raw' },
    v1Dialect: env.V1_DIALECT,
  };
}
