import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { ANONYMOUS, type Caller, SCOPES } from '../core/caller.js';

/** Says on sight, also to scanners for secrets, what such a text is. */
const PREFIX = 'tnk_';
/** 256 bits: nothing to guess, so a plain hash is all that is to be kept. */
const KEY_BYTES = 32;

const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/, 'must be letters, digits, ".", "_", "@" or "-", 64 at most')
  .refine((id) => id !== ANONYMOUS, 'must not be anonymous, which is what callers without a key are called');
const count = z.int('must be a whole number').min(1, 'must be at least 1');

const keyEntry = z.strictObject({
  id: name,
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits, as printed when the key was made'),
  scopes: z.array(z.enum(SCOPES)).min(1, 'must hold predict or admin').default(['predict']),
  models: z.array(z.string()).min(1, 'must name a model; leave it out for all').optional(),
  quota: z
    .strictObject({ requests: count.optional(), rows: count.optional() })
    .refine(({ requests, rows }) => requests !== undefined || rows !== undefined, 'must limit requests or rows')
    .optional(),
  expires: z.iso.datetime({ offset: true, error: 'must be a time such as 2027-01-31T00:00:00Z' }).optional(),
});

const keyFile = z
  .strictObject({ keys: z.array(keyEntry) })
  .refine(({ keys }) => new Set(keys.map(({ sha256 }) => sha256)).size === keys.length, {
    path: ['keys'],
    error: 'must not hold a key twice',
  });

/** An entry as it is written. Two entries may have one `id`: the old key of a caller, and the new one. */
export type KeyEntry = z.input<typeof keyEntry>;

export interface Key {
  readonly caller: Caller;
  /** 32 bytes: SHA-256 of the key's text. */
  readonly digest: Buffer;
  /** Milliseconds since the epoch; Infinity for a key that does not end. */
  readonly expires: number;
}

/** The keys of a file. Throws an error that says where it is wrong, and holds nothing of what stands there. */
export function parseKeyFile(text: string): readonly Key[] {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new Error('is no JSON');
  }
  const { data, error } = keyFile.safeParse(document);
  if (error !== undefined) {
    const { path, message, code } = error.issues[0]!;
    const what = code === 'unrecognized_keys' ? 'has a field that is not known' : message;
    throw new Error(`is wrong at ${path.length === 0 ? 'its top' : `/${path.map(String).join('/')}`}: ${what}`);
  }
  return data.keys.map(({ id, sha256, scopes, models, quota, expires }) => ({
    caller: { id, scopes, models: models ?? null, quota: quota ?? null },
    digest: Buffer.from(sha256, 'hex'),
    expires: expires === undefined ? Infinity : Date.parse(expires),
  }));
}

/** A new key: its text, which is shown once and kept nowhere, and the digest that stands in the file. */
export function makeKey(): { readonly key: string; readonly sha256: string } {
  const key = `${PREFIX}${randomBytes(KEY_BYTES).toString('base64url')}`;
  return { key, sha256: digestOf(key).toString('hex') };
}

export function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
