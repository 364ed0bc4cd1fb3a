import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import {
  type Checkpoint,
  checkpointText,
  type Done,
  NOTHING_DONE,
  readCheckpoint,
  type RunIdentity,
} from './checkpoint.js';
import { TrainingError } from './training-error.js';

export interface CheckpointOptions {
  readonly path: string;
  /** Go on from what the file says is done; it must be of the same run. */
  readonly resume: boolean;
  /** Seconds between two writings within a training. */
  readonly every: number;
}

/** A checkpoint in a file, which is replaced as a whole: whenever the process ends, one of its states is there. */
export class CheckpointFile implements Checkpoint {
  done: Done = NOTHING_DONE;
  private written = performance.now();

  constructor(
    private readonly options: CheckpointOptions,
    private readonly run: RunIdentity,
  ) {
    const { path, resume } = options;
    if (!resume) return;
    if (!existsSync(path))
      throw new TrainingError(`There is no ${path}, so nothing to go on from; leave out --resume.`);
    this.done = readCheckpoint(path, readFileSync(path, 'utf8'), run);
  }

  get due(): boolean {
    return performance.now() - this.written >= this.options.every * 1_000;
  }

  save(change: Partial<Done>): void {
    this.done = { ...this.done, ...change };
    if (this.due) this.flush();
  }

  flush(): void {
    mkdirSync(dirname(this.options.path), { recursive: true });
    // Its digest tells when a power cut left half of it: waiting for the disk would cost more than an epoch.
    writeFileAtomic.sync(this.options.path, checkpointText(this.run, this.done), { fsync: false });
    this.written = performance.now();
  }
}

/** There is nothing to go on from any more. */
export function removeCheckpoint(path: string): void {
  rmSync(path, { force: true });
}
