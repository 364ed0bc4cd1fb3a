import type { OpenAPIObject } from '@nestjs/swagger';
import { manifestJsonSchema } from '../model/package/package-manifest.js';

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;

const OWN = '#/$defs/';
const nameOf = (definition: string) => `Manifest${definition.charAt(0).toUpperCase()}${definition.slice(1)}`;

/** The manifest's JSON Schema as components of the document, where every definition is one by itself. */
export function manifestSchemas(): Schemas {
  const { $schema: _, $defs = {}, ...manifest } = manifestJsonSchema();
  const text = JSON.stringify({ manifest, definitions: $defs }, (key, value: unknown) =>
    key === '$ref' && typeof value === 'string' && value.startsWith(OWN)
      ? `#/components/schemas/${nameOf(value.slice(OWN.length))}`
      : value,
  );
  const moved = JSON.parse(text) as { manifest: object; definitions: Record<string, object> };
  const definitions = Object.entries(moved.definitions).map(([name, schema]) => [nameOf(name), schema]);
  return { Manifest: moved.manifest, ...(Object.fromEntries(definitions) as Schemas) };
}
