import { z } from 'zod';
import { TensornestError } from '../../core/errors.js';
import type { PackageRef } from '../../core/ports/model-store.js';
import { FORMAT_VERSION, ModelNameSchema, VersionSchema } from './manifest.js';
import type { PackageManifest } from './package-manifest.js';

/** npm puts everything below one folder of this name. */
export const TARBALL_ROOT = 'package';
export const PACKAGE_JSON = 'package.json';
/** The model package stands in a folder of its own, beside `package.json`, and is byte for byte what it is elsewhere. */
export const MODEL_FOLDER = 'model';
/** Marks a model package among the packages of a registry. */
export const KEYWORD = 'tensornest-model';

/** A scope of an npm registry, such as `@acme`. */
const SCOPE = /^@[a-z0-9][a-z0-9._-]{0,100}$/;

const none = z.undefined({ error: 'must not be there: a model package runs nothing and needs nothing' }).optional();

/** What a model's `package.json` must hold. A registry or an author may add to it. */
const PackageJsonSchema = z.looseObject({
  name: z.string().transform((name, context) => {
    const [scope, model] = name.startsWith('@') ? name.split('/', 2) : [null, name];
    const parsed = ModelNameSchema.safeParse(model);
    if (parsed.success && (scope === null || SCOPE.test(scope))) return parsed.data;
    context.addIssue('must be the name of a model, or @scope/ and that name');
    return z.NEVER;
  }),
  version: VersionSchema,
  tensornest: z.strictObject({
    formatVersion: z.literal(FORMAT_VERSION),
    model: z.literal(MODEL_FOLDER),
  }),
  scripts: none,
  bin: none,
  dependencies: none,
  optionalDependencies: none,
  peerDependencies: none,
  bundleDependencies: none,
  bundledDependencies: none,
});

/** The `package.json` that a model package travels with. */
export interface ModelPackageJson {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly keywords: string[];
  readonly tensornest: { readonly formatVersion: number; readonly model: string };
}

/** The `package.json` for a model package. @param scope such as `@acme`, or null for a package without a scope. */
export function toPackageJson(manifest: PackageManifest, scope: string | null): ModelPackageJson {
  const { name, version, description, licence } = manifest;
  return {
    name: npmName(name, scope),
    version,
    description,
    license: licence,
    keywords: [KEYWORD],
    tensornest: { formatVersion: FORMAT_VERSION, model: MODEL_FOLDER },
  };
}

/** What a model is called in a registry. */
export function npmName(model: string, scope: string | null): string {
  return scope === null ? model : `${scope}/${model}`;
}

/** The model and version that a `package.json` names. Refuses one that is not a model package's with `tarball-layout`. */
export function parsePackageJson(bytes: Uint8Array): PackageRef {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (cause) {
    throw new TensornestError('tarball-layout', `${PACKAGE_JSON}: is not valid JSON.`, { cause });
  }
  const parsed = PackageJsonSchema.safeParse(value);
  if (parsed.success) return { name: parsed.data.name, version: parsed.data.version };
  const [issue] = parsed.error.issues;
  const where = issue?.path.length ? `${issue.path.join('.')}: ` : '';
  throw new TensornestError('tarball-layout', `${PACKAGE_JSON}: ${where}${issue?.message ?? 'is invalid'}.`);
}
