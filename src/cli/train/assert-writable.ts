import { access, constants, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** Refuses a folder that cannot be written, or made, before minutes of work are lost to it. */
export async function assertWritable(flag: string, folder: string): Promise<void> {
  let place = resolve(folder);
  let stats = await statOf(place);
  while (stats === undefined && place !== dirname(place)) {
    place = dirname(place);
    stats = await statOf(place);
  }
  if (stats?.isDirectory() !== true)
    throw new Error(`${place} is no folder, so nothing can be written there; ${flag} names another.`);
  await access(place, constants.W_OK).catch(() => {
    throw new Error(`${place} cannot be written; ${flag} names another folder.`);
  });
}

async function statOf(path: string) {
  return stat(path).catch((error: unknown) => {
    // Below a file there is nothing either, but the file is in the way.
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  });
}
