import { Transform, Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Length, Matches, Max, Min, ValidateBy } from 'class-validator';
import { LOG_LEVELS, type LogLevel, V1_DIALECTS, type V1Dialect } from '../core/app-config.js';
import { parseVersionPolicies } from '../core/version-policy.js';
import { BACKEND_NAMES, type BackendName, type Placement } from '../core/ports/inference-backend.js';

const BACKENDS = ['auto', ...BACKEND_NAMES] as const;
const PLACEMENTS = ['auto', 'inline', 'worker'] as const;
const TABULATE = ['auto', 'off'] as const;
const GRPC_OUTPUTS = ['mirror', 'raw'] as const;
const SWITCH = ['true', 'false'] as const;
const LOG_FORMATS = ['auto', 'json', 'pretty'] as const;

/** `a, b` becomes `['a', 'b']`. */
const CommaList = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) =>
    typeof value === 'string'
      ? value
          .split(',')
          .map((part) => part.trim())
          .filter((part) => part !== '')
      : value,
  );

const IsVersionPolicy = (): PropertyDecorator =>
  ValidateBy({
    name: 'isVersionPolicy',
    validator: {
      validate: (value) => typeof value === 'string' && parseVersionPolicies(value) !== undefined,
      defaultMessage: () =>
        'must be latest, all or pinned:1.0.0,2.0.0, with exceptions such as penguins=all after semicolons',
    },
  });

/**
 * The environment as it is written: flat, every variable with its default. `README.md` documents each with its unit.
 * Decorators run from the bottom up, so the broadest rule stands last.
 */
export class EnvDto {
  @IsString()
  HOST = '127.0.0.1';

  @Type(() => Number)
  @Max(65_535, { message: 'must be at most 65535' })
  @Min(0, { message: 'must be at least 0 (0 picks a free port)' })
  @IsInt({ message: 'must be a whole number' })
  PORT = 8080;

  @Length(1, 100, { message: 'must be 1 to 100 characters long' })
  SERVER_NAME = 'Tensornest';

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
  @Matches(/^[a-z0-9_]{1,64}$/, { each: true, message: 'must list names of extensions, separated by commas' })
  OIP_EXTENSIONS?: string[];

  @IsOptional()
  @Type(() => Number)
  @Max(65_535, { message: 'must be at most 65535' })
  @Min(1, { message: 'must be at least 1' })
  @IsInt({ message: 'must be a whole number' })
  GRPC_PORT?: number;

  @IsIn(GRPC_OUTPUTS, { message: `must be one of ${GRPC_OUTPUTS.join(', ')}` })
  GRPC_OUTPUTS: (typeof GRPC_OUTPUTS)[number] = 'mirror';

  @IsIn(V1_DIALECTS, { message: `must be one of ${V1_DIALECTS.join(', ')}` })
  V1_DIALECT: V1Dialect = 'union';

  @IsOptional()
  @CommaList()
  @IsString({ each: true })
  REQUIRED_MODELS?: string[];

  @IsVersionPolicy()
  VERSION_POLICY = 'latest';

  @IsIn(SWITCH, { message: `must be one of ${SWITCH.join(', ')}` })
  WATCH_MODELS: (typeof SWITCH)[number] = 'true';

  @Type(() => Number)
  @Max(86_400, { message: 'must be at most 86400' })
  @Min(1, { message: 'must be at least 1' })
  @IsInt({ message: 'must be a whole number of seconds' })
  MODELS_REFRESH_SECONDS = 60;

  @IsString()
  STATE_DIR = 'state';

  @IsIn(SWITCH, { message: `must be one of ${SWITCH.join(', ')}` })
  ADMIN_API: (typeof SWITCH)[number] = 'false';

  @Type(() => Number)
  @Max(10_737_418_240, { message: 'must be at most 10737418240' })
  @Min(1_024, { message: 'must be at least 1024' })
  @IsInt({ message: 'must be a whole number of bytes' })
  UPLOAD_LIMIT = 268_435_456;

  @Type(() => Number)
  @Max(10_737_418_240, { message: 'must be at most 10737418240' })
  @Min(1_024, { message: 'must be at least 1024' })
  @IsInt({ message: 'must be a whole number of bytes' })
  MAX_PACKAGE_BYTES = 1_073_741_824;

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

  @IsIn(BACKENDS, { message: `must be one of ${BACKENDS.join(', ')}` })
  BACKEND: BackendName | 'auto' = 'auto';

  @IsIn(LOG_LEVELS, { message: `must be one of ${LOG_LEVELS.join(', ')}` })
  LOG_LEVEL: LogLevel = 'info';

  @IsIn(LOG_FORMATS, { message: `must be one of ${LOG_FORMATS.join(', ')}` })
  LOG_FORMAT: (typeof LOG_FORMATS)[number] = 'auto';

  @IsString()
  AUDIT_LOG = 'stdout';

  @CommaList()
  @Matches(/^https?:\/\/[^/*\s]+$/, {
    each: true,
    message: 'must list exact origins such as https://app.example.com, separated by commas',
  })
  CORS_ORIGINS: string[] = [];

  @Type(() => Number)
  @Max(1_000_000, { message: 'must be at most 1000000' })
  @Min(1, { message: 'must be at least 1' })
  @IsInt({ message: 'must be a whole number of rows' })
  MAX_REQUEST_ROWS = 5_000;

  @Type(() => Number)
  @Max(10_000_000, { message: 'must be at most 10000000' })
  @Min(100, { message: 'must be at least 100' })
  @IsInt({ message: 'must be a whole number of rows' })
  EXPLAIN_ROWS = 100_000;

  @Type(() => Number)
  @Max(1_073_741_824, { message: 'must be at most 1073741824' })
  @Min(1_024, { message: 'must be at least 1024' })
  @IsInt({ message: 'must be a whole number of bytes' })
  BODY_LIMIT = 1_048_576;

  @Type(() => Number)
  @Max(1_000_000, { message: 'must be at most 1000000' })
  @Min(1, { message: 'must be at least 1' })
  @IsInt({ message: 'must be a whole number of rows' })
  MAX_BATCH_ROWS = 4_096;

  @IsIn(PLACEMENTS, { message: `must be one of ${PLACEMENTS.join(', ')}` })
  PLACEMENT: Placement | 'auto' = 'auto';

  @Type(() => Number)
  @Max(64, { message: 'must be at most 64' })
  @Min(1, { message: 'must be at least 1' })
  @IsInt({ message: 'must be a whole number of threads' })
  WORKERS = 1;

  @IsIn(TABULATE, { message: `must be one of ${TABULATE.join(', ')}` })
  TABULATE: (typeof TABULATE)[number] = 'auto';

  @Type(() => Number)
  @Max(1_000_000, { message: 'must be at most 1000000' })
  @Min(1, { message: 'must be at least 1' })
  @IsInt({ message: 'must be a whole number of inputs' })
  TABULATE_INPUTS = 20_000;

  @Type(() => Number)
  @Max(64, { message: 'must be at most 64' })
  @Min(1, { message: 'must be at least 1' })
  @IsInt({ message: 'must be a whole number of processes' })
  WEB_CONCURRENCY = 1;
}
