import { resolve } from 'node:path';
import { IsString, Length, Matches } from 'class-validator';
import type { AppConfig } from '../../core/app-config.js';
import { CommaList, OneOf, SWITCH, type Switch, WholeNumber } from '../env-rules.js';

/** The service as it is seen from outside. */
export class ServerEnv {
  @IsString()
  HOST = '127.0.0.1';

  @WholeNumber(0, 65_535, '', '0 picks a free port')
  PORT = 8080;

  @Length(1, 100, { message: 'must be 1 to 100 characters long' })
  SERVER_NAME = 'Tensornest';

  @WholeNumber(1_024, 1_073_741_824, 'bytes')
  BODY_LIMIT = 1_048_576;

  @CommaList()
  @Matches(/^https?:\/\/[^/*\s]+$/, {
    each: true,
    message: 'must list exact origins such as https://app.example.com, separated by commas',
  })
  CORS_ORIGINS: string[] = [];

  @IsString()
  STATE_DIR = 'state';

  @OneOf(SWITCH)
  ADMIN_API: Switch = 'false';
}

export function serverConfig(env: ServerEnv): Pick<AppConfig, 'http' | 'serverName' | 'stateDir' | 'admin'> {
  return {
    http: { host: env.HOST, port: env.PORT, corsOrigins: env.CORS_ORIGINS, bodyLimit: env.BODY_LIMIT },
    serverName: env.SERVER_NAME,
    stateDir: resolve(env.STATE_DIR),
    admin: env.ADMIN_API === 'true',
  };
}
