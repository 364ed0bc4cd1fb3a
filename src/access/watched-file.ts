import { readFileSync, type Stats, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';

const LOOK_EVERY_MS = 1_000;

/**
 * What a file holds, and again whenever it changes. It is looked at once a second and not watched: a mounted secret changes
 * by a symbolic link two folders up, of which no watcher of the file hears.
 */
export class WatchedFile<T> {
  private value: T;
  private seen: string;
  private readonly timer: NodeJS.Timeout;

  /**
   * @param parse throws on a file that is wrong: at first that is the caller's, later what was there before stays.
   * @param changed told what came of a change: undefined when it was taken, else why it was not.
   */
  constructor(
    private readonly path: string,
    private readonly parse: (text: string) => T,
    private readonly changed: (failure?: Error) => void,
  ) {
    try {
      this.seen = identityOf(statSync(path));
      this.value = parse(readFileSync(path, 'utf8'));
    } catch (error) {
      throw readable(error);
    }
    this.timer = setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
  }

  get content(): T {
    return this.value;
  }

  close(): void {
    clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    try {
      const now = identityOf(await stat(this.path));
      if (now === this.seen) return;
      this.seen = now;
      this.value = this.parse(readFileSync(this.path, 'utf8'));
      this.changed();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A file that is gone is told of once.
      if (code !== undefined && this.seen === code) return;
      if (code !== undefined) this.seen = code;
      this.changed(readable(error));
    }
  }
}

function readable(error: unknown): Error {
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined ? (error as Error) : new Error(`cannot be read (${code})`);
}

function identityOf({ dev, ino, size, mtimeMs }: Stats): string {
  return [dev, ino, size, mtimeMs].join(':');
}
