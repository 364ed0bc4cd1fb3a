import { mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { reasonOf } from '../../core/errors.js';
import type { StoreSettings } from './messages.js';
import { OutcomeStore, UnusableFile } from './outcome-store.js';

/** How often a file that cannot be used is tried again, in milliseconds. */
const RETRY_MS = 1_000;
/** How often it is looked at what is too old or too much, in milliseconds. */
const PRUNE_MS = 1_000;

/** SQLite's primary result codes: https://www.sqlite.org/rescode.html */
const CORRUPT = 11;
const FULL = 13;
const BUSY = 5;
const NOT_A_DATABASE = 26;

export interface StoreWitness {
  /** Told when the file cannot be used, and with null when it can again. */
  fault(fault: string | null): void;
  warning(message: string): void;
}

/**
 * The store's file through whatever happens to it: opened when it is wanted, tried again while it cannot be used, and begun anew
 * where it is broken. The broken one is kept beside it, the last of them.
 */
export class StoreFile {
  private store: OutcomeStore | undefined;
  private trouble: { readonly error: unknown } | undefined;
  private openedAt = -Infinity;
  private prunedAt = 0;

  constructor(
    private readonly settings: StoreSettings,
    private readonly witness: StoreWitness,
  ) {}

  /** Throws what keeps the file from being used, which the witness has been told. */
  use<T>(work: (store: OutcomeStore) => T): T {
    try {
      const done = work(this.current());
      this.recovered();
      return done;
    } catch (error) {
      this.failed(error);
      throw error;
    }
  }

  /** Looks whether a file that could not be used can be now. */
  tryAgain(): void {
    if (this.trouble === undefined) return;
    try {
      this.use((store) => {
        store.touch();
      });
    } catch {
      // The witness knows.
    }
  }

  /** Takes out what is too old or too much, where it was not looked for just now. */
  prune(): void {
    if (Date.now() - this.prunedAt < PRUNE_MS) return;
    this.prunedAt = Date.now();
    this.use((store) => {
      store.prune();
    });
  }

  close(): void {
    this.store?.close();
    this.store = undefined;
  }

  private current(): OutcomeStore {
    // Another process may have moved it aside, or somebody have deleted it.
    if (this.store?.isCurrent === false) this.close();
    if (this.store !== undefined) return this.store;
    if (this.trouble !== undefined && performance.now() - this.openedAt < RETRY_MS) throw this.trouble.error;
    this.openedAt = performance.now();
    mkdirSync(dirname(this.settings.path), { recursive: true });
    this.store = this.open();
    return this.store;
  }

  private open(): OutcomeStore {
    const inode = inodeOf(this.settings.path);
    try {
      return new OutcomeStore(this.settings);
    } catch (error) {
      if (!isBroken(error)) throw error;
      this.moveAside(inode, reasonOf(error));
      return new OutcomeStore(this.settings);
    }
  }

  /** Unless another process has done so meanwhile. */
  private moveAside(inode: number | undefined, reason: string): void {
    const { path } = this.settings;
    const aside = `${path}.broken`;
    if (inode === undefined || inodeOf(path) !== inode) return;
    // The journal goes first: a new file must not find the old one's.
    for (const part of ['-wal', '-shm', '']) {
      rmSync(aside + part, { force: true });
      if (inodeOf(path + part) !== undefined) renameSync(path + part, aside + part);
    }
    const why = reason.replace(/\s+/g, ' ');
    this.witness.warning(`The feedback store was broken (${why}): it is now ${aside}, and a new one is begun.`);
  }

  private failed(error: unknown): void {
    const code = codeOf(error);
    if (code !== FULL && code !== BUSY) this.closeBroken();
    if (this.trouble === undefined) this.witness.fault(withoutPath(error));
    this.trouble = { error };
  }

  private closeBroken(): void {
    try {
      this.close();
    } catch {
      this.store = undefined;
    }
  }

  private recovered(): void {
    if (this.trouble === undefined) return;
    this.trouble = undefined;
    this.witness.fault(null);
  }
}

function isBroken(error: unknown): boolean {
  const code = codeOf(error);
  return error instanceof UnusableFile || code === CORRUPT || code === NOT_A_DATABASE;
}

/** The primary result code. */
function codeOf(error: unknown): number | undefined {
  const { errcode } = error as { errcode?: number };
  return errcode === undefined ? undefined : errcode & 0xff;
}

/** Probes tell it to anybody, and Node's own messages end with a path behind a comma. */
function withoutPath(error: unknown): string {
  return reasonOf(error).replace(/, .*/s, '');
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}
