import { ConfigError } from '../config/env-rules.js';
import { type Environment, loadConfig, variables } from '../config/load-config.js';
import type { AccessEnv } from '../config/sections/access.env.js';
import type { AuditEnv } from '../config/sections/audit.env.js';
import type { DoorsEnv } from '../config/sections/doors.env.js';
import type { DriftEnv } from '../config/sections/drift.env.js';
import type { ExecutionEnv } from '../config/sections/execution.env.js';
import type { FeedbackEnv } from '../config/sections/feedback.env.js';
import type { LimitsEnv } from '../config/sections/limits.env.js';
import type { LoadEnv } from '../config/sections/load.env.js';
import type { MetricsEnv } from '../config/sections/metrics.env.js';
import type { ModelsEnv } from '../config/sections/models.env.js';
import type { ServerEnv } from '../config/sections/server.env.js';
import type { AppConfig, Mount } from '../core/app-config.js';
import { nearest } from '../encoding/nearest.js';

/** What listens, logs, drains and traces is the host's. */
const OF_THE_HOST = [
  'HOST',
  'PORT',
  'MANAGEMENT_PORT',
  'GRPC_PORT',
  'GRPC_OUTPUTS',
  'WEB_CONCURRENCY',
  'DRAIN_SECONDS',
  'SHUTDOWN_SECONDS',
] as const;

type Variables = ServerEnv &
  AccessEnv &
  ModelsEnv &
  LimitsEnv &
  ExecutionEnv &
  LoadEnv &
  DoorsEnv &
  AuditEnv &
  FeedbackEnv &
  MetricsEnv &
  DriftEnv;

/** `MODELS_DIR` as `modelsDir`. */
type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Lowercase<Head>}${Capitalize<CamelCase<Tail>>}`
  : Lowercase<Name>;

type SettingOf<Value> = [Value] extends ['true' | 'false']
  ? boolean
  : [Value] extends [readonly string[]]
    ? readonly string[]
    : Value;

/** The variables of the service as an object: `MODELS_DIR` is `modelsDir`, a switch is a boolean, a list an array. */
export type Settings = {
  readonly [Name in Exclude<keyof Variables, (typeof OF_THE_HOST)[number]> as CamelCase<Name>]?:
    SettingOf<NonNullable<Variables[Name]>> | undefined;
};

/** A guest writes nothing of its own accord: neither to standard output nor into the working folder. */
const DEFAULTS: Environment = { AUDIT_LOG: 'off', DRIFT: 'off', LOG_LEVEL: 'silent' };

/** What belongs to a process of its own, with all that its edge, its log and its traces need. */
const NOT_FOR_GUESTS =
  /^(MAX_HEADER_BYTES|HEADERS_TIMEOUT_SECONDS|BODY_TIMEOUT_SECONDS|KEEP_ALIVE_SECONDS|MAX_CONNECTIONS|LOG_|OTEL_)/;

/** Option to variable. */
const NAMES: ReadonlyMap<string, string> = new Map(
  Object.keys(variables())
    .filter((name) => !(OF_THE_HOST as readonly string[]).includes(name) && !NOT_FOR_GUESTS.test(name))
    .map((name) => [camelCase(name), name]),
);

/**
 * Settings as the configuration, by the rules of the environment, which itself is not read.
 *
 * @throws {ConfigError} that names every wrong option.
 */
export function configOf(settings: Settings, mount: Mount | null): AppConfig {
  const faults: string[] = [];
  const env: Record<string, string | undefined> = { ...DEFAULTS };
  for (const [option, value] of Object.entries(settings) as [string, unknown][]) {
    const name = NAMES.get(option);
    const text = textOf(value);
    if (name === undefined) faults.push(`${option} ${unknownOption(option)}`);
    else if (text === null) faults.push(`${option} must be a text, a number, true or false, or a list of texts`);
    else if (text !== undefined) env[name] = text;
  }
  if (faults.length > 0) throw optionsError(faults);
  try {
    return loadConfig(env, false, mount);
  } catch (error) {
    throw error instanceof ConfigError ? optionsError(error.faults) : error;
  }
}

export function optionsError(faults: readonly string[]): ConfigError {
  const help = 'Each is the variable of that name in README.md: modelsDir is MODELS_DIR.';
  return new ConfigError(faults.map(inOptions), { heading: 'The options of TensornestModule are wrong', help });
}

function unknownOption(option: string): string {
  const variable = Object.keys(variables()).find((name) => camelCase(name) === option);
  if (variable !== undefined) return `belongs to the application that Tensornest is in: it has no ${variable} here`;
  const close = nearest(option, [...NAMES.keys()]);
  return close === undefined ? 'is no option' : `is no option; did you mean ${close}?`;
}

/** The text that the variable would have; null for what has none. */
function textOf(value: unknown): string | undefined | null {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value.every((part) => typeof part === 'string') ? value.join() : null;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

/** What the rules say of variables, said of options. */
function inOptions(fault: string): string {
  const known = new Map([...NAMES].map(([option, name]) => [name, option]));
  return fault.replace(/\b[A-Z][A-Z0-9_]+\b/g, (word) => known.get(word) ?? word);
}

function camelCase(name: string): string {
  return name.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}
