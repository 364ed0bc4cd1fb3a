import { resolve } from 'node:path';
import { IsOptional, IsString, Matches } from 'class-validator';
import type { AppConfig } from '../../core/app-config.js';
import type { Quota } from '../../core/caller.js';
import { CommaList, ConfigError, OneOf, SWITCH, type Switch, WholeNumber } from '../env-rules.js';

/** Public-key algorithms only: a key set that is read by many holds no shared secrets. */
const ALGORITHM = /^(RS256|RS384|RS512|PS256|PS384|PS512|ES256|ES384|ES512|EdDSA|Ed25519)$/;

/** Who may ask. */
export class AccessEnv {
  @IsOptional()
  @IsString()
  KEYS_FILE?: string;

  @OneOf(SWITCH)
  ANONYMOUS_ACCESS: Switch = 'false';

  @IsOptional()
  @WholeNumber(1, 1_000_000_000, 'requests')
  ANONYMOUS_REQUESTS?: number;

  @IsOptional()
  @WholeNumber(1, 1_000_000_000, 'rows')
  ANONYMOUS_ROWS?: number;

  @IsOptional()
  @IsString()
  JWT_KEYS_FILE?: string;

  @IsOptional()
  @IsString()
  JWT_ISSUER?: string;

  @IsOptional()
  @IsString()
  JWT_AUDIENCE?: string;

  @CommaList()
  @Matches(ALGORITHM, { each: true, message: 'must list public-key algorithms such as ES256, RS256 or EdDSA' })
  JWT_ALGORITHMS: string[] = ['ES256', 'RS256', 'EdDSA'];

  @IsOptional()
  @WholeNumber(1, 65_535)
  MANAGEMENT_PORT?: number;

  @WholeNumber(0, 16, 'hops')
  TRUST_PROXY = 0;
}

export function accessConfig(env: AccessEnv): Pick<AppConfig, 'access'> {
  return {
    access: {
      keysFile: env.KEYS_FILE === undefined ? null : resolve(env.KEYS_FILE),
      anonymous: env.ANONYMOUS_ACCESS === 'true',
      anonymousQuota: toQuota(env),
      tokens: toTokens(env),
      managementPort: env.MANAGEMENT_PORT ?? null,
      proxyHops: env.TRUST_PROXY,
    },
  };
}

function toQuota({ ANONYMOUS_REQUESTS: requests, ANONYMOUS_ROWS: rows }: AccessEnv): Quota | null {
  return requests === undefined && rows === undefined ? null : { requests, rows };
}

function toTokens(env: AccessEnv): AppConfig['access']['tokens'] {
  const { JWT_KEYS_FILE: keysFile, JWT_ISSUER: issuer, JWT_AUDIENCE: audience, JWT_ALGORITHMS: algorithms } = env;
  if (keysFile === undefined) return null;
  const absent = Object.entries({ JWT_ISSUER: issuer, JWT_AUDIENCE: audience }).filter(
    ([, value]) => value === undefined,
  );
  if (absent.length > 0) throw new ConfigError(absent.map(([name]) => `${name} must be set where JWT_KEYS_FILE is`));
  return { keysFile: resolve(keysFile), issuer: issuer!, audience: audience!, algorithms };
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/;

/** Throws when strangers could reach a service that asks nobody for a key, without anybody having said that they may. */
export function assertGuarded({ http, access }: Pick<AppConfig, 'http' | 'access'>): void {
  const guarded = access.keysFile !== null || access.tokens !== null;
  if (guarded || access.anonymous || LOOPBACK.test(http.host)) return;
  throw new ConfigError([
    'HOST must be a loopback address such as 127.0.0.1 while nobody needs a key: name a file of keys with KEYS_FILE, or let everybody in with ANONYMOUS_ACCESS=true',
  ]);
}
