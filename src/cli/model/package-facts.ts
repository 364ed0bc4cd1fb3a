import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { PackageManifest } from '../../model/package/package-manifest.js';
import { SIGNATURE_FILE } from '../../model/package/signature-file.js';

/** There is a signature; whether it is good, only `verify` with a key can say. */
export async function isSigned(folder: string): Promise<boolean> {
  return access(join(folder, SIGNATURE_FILE)).then(
    () => true,
    () => false,
  );
}

/** Bytes of all files that the manifest lists. */
export function sizeOf({ files }: PackageManifest): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}
