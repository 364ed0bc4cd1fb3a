import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { IsOptional, IsString, Matches, ValidateBy } from 'class-validator';
import type { AppConfig } from '../../core/app-config.js';
import { readPublicKey } from '../../core/ed25519.js';
import { reasonOf } from '../../core/errors.js';
import { parseVersionPolicies } from '../../core/version-policy.js';
import { CommaList, ConfigError, OneOf, SWITCH, type Switch, WholeNumber } from '../env-rules.js';

const IsVersionPolicy = (): PropertyDecorator =>
  ValidateBy({
    name: 'isVersionPolicy',
    validator: {
      validate: (value) => typeof value === 'string' && parseVersionPolicies(value) !== undefined,
      defaultMessage: () =>
        'must be latest, all or pinned:1.0.0,2.0.0, with exceptions such as penguins=all after semicolons',
    },
  });

/** Which models are served, and where they come from. */
export class ModelsEnv {
  @IsString()
  MODELS_DIR = 'models';

  @IsOptional()
  @Matches(/^[a-z0-9][a-z0-9._-]{0,63}$/, {
    message: 'must be lower-case letters, digits, ".", "_" or "-", 64 at most',
  })
  MODEL_NAME?: string;

  @IsOptional()
  @IsString()
  DEFAULT_MODEL?: string;

  @IsOptional()
  @CommaList()
  @IsString({ each: true })
  REQUIRED_MODELS?: string[];

  @IsVersionPolicy()
  VERSION_POLICY = 'latest';

  @OneOf(SWITCH)
  WATCH_MODELS: Switch = 'true';

  @WholeNumber(1, 86_400, 'seconds')
  MODELS_REFRESH_SECONDS = 60;

  @IsOptional()
  @Matches(/^@[a-z0-9][a-z0-9._-]*$/, { message: 'must be an npm scope such as @acme' })
  MODEL_SCOPE?: string;

  @CommaList()
  @Matches(/^[a-z0-9][a-z0-9._-]{0,63}(@[^@/:]+)?$/, {
    each: true,
    message: 'must list models such as car-evaluation@^2 or penguins@stable, separated by commas',
  })
  MODELS: string[] = [];

  @IsOptional()
  @IsString()
  REQUIRE_SIGNATURE?: string;
}

export function modelsConfig(env: ModelsEnv): Pick<AppConfig, 'models'> {
  return {
    models: {
      dir: resolve(env.MODELS_DIR),
      flatName: env.MODEL_NAME ?? null,
      defaultModel: env.DEFAULT_MODEL ?? null,
      required: env.REQUIRED_MODELS ?? null,
      // It was validated, so it can be parsed.
      policies: parseVersionPolicies(env.VERSION_POLICY)!,
      watch: env.WATCH_MODELS === 'true',
      refreshSeconds: env.MODELS_REFRESH_SECONDS,
      scope: env.MODEL_SCOPE ?? null,
      wanted: env.MODELS,
      requireSignature: env.REQUIRE_SIGNATURE === undefined ? null : toPublicKey(env.REQUIRE_SIGNATURE),
    },
  };
}

function toPublicKey(path: string): KeyObject {
  try {
    return readPublicKey(readFileSync(path, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === undefined ? `the file ${reasonOf(error)}` : `the file cannot be read (${code})`;
    throw new ConfigError([`REQUIRE_SIGNATURE must name a PEM file with an Ed25519 public key: ${reason}`]);
  }
}
