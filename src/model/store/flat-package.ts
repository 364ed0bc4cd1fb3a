import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { valid } from 'semver';
import type { PackageRef } from '../../core/ports/model-store.js';
import { MANIFEST_FILE } from '../package/manifest.js';

/**
 * The package that `root` itself is, served as `name` or else under its own name; undefined when `root` is no package.
 * KServe mounts one model this way. What is wrong with the package shows when it is opened.
 */
export async function flatPackage(root: string, name: string | null): Promise<PackageRef | undefined> {
  const text = await readFile(join(root, MANIFEST_FILE), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const manifest = parse(text);
  const packagedAs = typeof manifest.name === 'string' ? manifest.name : 'model';
  const version = typeof manifest.version === 'string' && valid(manifest.version) ? manifest.version : '0.0.0';
  return { name: name ?? packagedAs, version, packagedAs };
}

function parse(text: string): { readonly name?: unknown; readonly version?: unknown } {
  try {
    return Object(JSON.parse(text)) as object;
  } catch {
    return {};
  }
}
