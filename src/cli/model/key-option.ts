import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { InvalidArgumentError, Option } from 'commander';
import { reasonOf } from '../../core/errors.js';

/** An option that takes a PEM file with a key. */
export function keyOption(flags: string, description: string, read: (pem: string) => KeyObject): Option {
  return new Option(flags, description).argParser((path) => {
    try {
      return read(readFileSync(path, 'utf8'));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new InvalidArgumentError(
        code === undefined ? `The file ${reasonOf(error)}.` : `The file cannot be read (${code}).`,
      );
    }
  });
}
