import { timingSafeEqual } from 'node:crypto';
import { digestOf, type Key } from './key-file.js';

/**
 * The key with this text, expired or not, or undefined. The text is hashed and held against the digest of every key, whichever
 * fits: how long that takes says nothing of the keys.
 */
export function findKey(keys: readonly Key[], text: string): Key | undefined {
  const digest = digestOf(text);
  let found: Key | undefined;
  for (const key of keys) if (timingSafeEqual(key.digest, digest)) found = key;
  return found;
}
