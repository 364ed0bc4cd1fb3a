import { randomUUID } from 'node:crypto';
import { chmod, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { TensornestError } from '../../core/errors.js';

/** Below the models folder, so that what is staged gets to its place by a rename; no model can have this name. */
export const STAGING = '.staging';

/** Nothing is staged for so long. It decides where nobody can be asked: another host that shares the models folder. */
const ABANDONED_AFTER_MS = 24 * 3_600_000;

const HOST = hostname().replaceAll(/[^A-Za-z0-9.-]/g, '-');
/** Tells this process from another of the same number, before it or in another container. */
const LIFE = randomUUID();
/** Host, process number, life, and a name of its own. */
const FOLDER_NAME = /^(?<host>[A-Za-z0-9.-]*)~(?<pid>\d+)~(?<life>[0-9a-f-]{36})~[0-9a-f-]{36}$/;

/** Makes an empty folder to stage in. Refuses with `models-dir-unwritable` where that cannot be done. */
export async function makeStagingFolder(modelsDir: string): Promise<string> {
  const folder = join(modelsDir, STAGING, `${HOST}~${process.pid}~${LIFE}~${randomUUID()}`);
  try {
    await mkdir(folder, { recursive: true });
    // NOTE: the umask may have taken rights away, and a package is read by whoever serves it.
    await chmod(folder, 0o755);
  } catch (error) {
    throw toUnwritable(error);
  }
  return folder;
}

/** Removes what processes left behind that ended while they were staging. What a living process stages stays. */
export async function sweepStaging(modelsDir: string): Promise<void> {
  const root = join(modelsDir, STAGING);
  const names = await readdir(root).catch(() => []);
  for (const name of names) {
    const folder = join(root, name);
    if (await isAbandoned(name, folder)) await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function isAbandoned(name: string, folder: string): Promise<boolean> {
  const stats = await stat(folder).catch(() => undefined);
  if (stats !== undefined && Date.now() - stats.mtimeMs > ABANDONED_AFTER_MS) return true;
  const owner = FOLDER_NAME.exec(name)?.groups;
  if (owner?.host !== HOST) return false;
  const pid = Number(owner.pid);
  return pid === process.pid ? owner.life !== LIFE : !isAlive(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process may not be signalled, but it is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const UNWRITABLE: Readonly<Record<string, string>> = {
  EACCES: 'this process has no right to write there',
  EPERM: 'this process has no right to write there',
  EROFS: 'it is on a read-only file system',
  ENOSPC: 'there is no space left',
  EDQUOT: 'the quota is used up',
  ENOTDIR: 'it is no folder',
  EEXIST: 'it is no folder',
};

/** The refusal for a failure of the file system that its operator can remove; every other error as it is. */
export function toUnwritable(error: unknown): unknown {
  const reason =
    error instanceof Error && 'syscall' in error && UNWRITABLE[(error as NodeJS.ErrnoException).code ?? ''];
  if (typeof reason !== 'string') return error;
  return new TensornestError('models-dir-unwritable', `MODELS_DIR cannot be written: ${reason}.`, { cause: error });
}
