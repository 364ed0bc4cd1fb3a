import { z } from 'zod';
import { ManifestSchema } from './manifest.js';
import { TensorManifestSchema } from './tensor-manifest.js';

/** What `manifest.json` may hold: `task` says which of the two it is. */
export const PackageManifestSchema = z.discriminatedUnion('task', [ManifestSchema, TensorManifestSchema]);

export type PackageManifest = z.infer<typeof PackageManifestSchema>;

/** The manifest's JSON Schema, as published in `models/manifest.schema.json`. */
export function manifestJsonSchema(): Record<string, unknown> {
  return { title: 'Tensornest model package manifest', ...z.toJSONSchema(PackageManifestSchema) };
}
