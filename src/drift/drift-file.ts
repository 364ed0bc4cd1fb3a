import { mkdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { reasonOf } from '../core/errors.js';

const counts = z.array(z.number().min(0)).max(1_000_000);

const Version = z.strictObject({
  model: z.string(),
  version: z.string(),
  digest: z.string(),
  opened: z.number(),
  open: counts,
  closed: z.strictObject({ from: z.number(), to: z.number(), counts }).nullable(),
});

const Schema = z.strictObject({ formatVersion: z.literal(1), versions: z.array(Version).max(1_000) });

/** What a restart must not forget of a version's windows. */
export type KeptVersion = z.infer<typeof Version>;

/** A larger file is not one of ours. */
const LARGEST_BYTES = 64 * 1_024 * 1_024;

export interface DriftLog {
  warn(message: string): void;
  info(message: string): void;
}

/** `STATE_DIR/drift.json`: counts by bin, never a value. */
export class DriftFile {
  private readonly path: string;
  private broken = false;

  constructor(
    stateDir: string,
    private readonly log: DriftLog,
  ) {
    this.path = join(stateDir, 'drift.json');
  }

  /** Never rejects: without a file that can be used the windows begin anew. */
  async read(): Promise<KeptVersion[]> {
    try {
      if ((await stat(this.path)).size > LARGEST_BYTES) throw new Error('it is too large');
      return Schema.parse(JSON.parse(await readFile(this.path, 'utf8'))).versions;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      const reason = error instanceof z.ZodError ? z.prettifyError(error) : reasonOf(error);
      this.log.warn(`${this.path} cannot be used, and the drift windows begin anew: ${reason}`);
      return [];
    }
  }

  /** Replaces the file as a whole. Never rejects: windows go on in memory, and the first of several failures is told. */
  async write(versions: readonly KeptVersion[]): Promise<void> {
    try {
      await mkdir(dirname(this.path), { recursive: true });
      await writeFileAtomic(this.path, `${JSON.stringify({ formatVersion: 1, versions })}\n`);
      this.broken = false;
    } catch (error) {
      if (!this.broken) this.log.warn(`The drift windows cannot be kept for a restart: ${reasonOf(error)}`);
      this.broken = true;
    }
  }
}
