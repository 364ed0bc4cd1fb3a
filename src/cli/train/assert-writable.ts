import { mkdtemp, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/**
 * Refuses a folder that cannot be written, or made, before minutes of work are lost to it. It is tried by making one:
 * permissions do not tell, since root has them all, in read-only places too.
 */
export async function assertWritable(flag: string, folder: string): Promise<void> {
  let place = resolve(folder);
  let kind = await kindOf(place);
  while (kind === 'nothing' && place !== dirname(place)) {
    place = dirname(place);
    kind = await kindOf(place);
  }
  if (kind !== 'folder') {
    throw new Error(`${place} is no folder, so nothing can be written there; ${flag} names another.`);
  }
  try {
    await rmdir(await mkdtemp(join(place, '.staging-')));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new Error(`${resolve(folder)} cannot be written (${code}); ${flag} names another folder.`, { cause });
  }
}

/** What cannot be looked at is taken for a folder: the attempt to write there says why not. */
async function kindOf(path: string): Promise<'folder' | 'other' | 'nothing'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'other';
  } catch (error) {
    // Below a file there is nothing either, but the file is in the way.
    return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '') ? 'nothing' : 'folder';
  }
}
