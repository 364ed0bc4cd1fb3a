import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { TensornestError } from '../../core/errors.js';
import type { PackageRef } from '../../core/ports/model-store.js';
import { readRegular, sha256 } from './integrity.js';

/** Stands beside the manifest, which does not list it, because it signs the manifest. */
export const SIGNATURE_FILE = 'signature.json';
/** A thousand files with the longest paths make less. */
const MAX_SIGNATURE_BYTES = 4 * 1_048_576;

// The OpenSSF model signing statement, version 1.0, in an in-toto statement, in a DSSE envelope.
const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
const PREDICATE_TYPE = 'https://model_signing/signature/v1.0';
const SERIALIZATION = { method: 'files', hash_type: 'sha256', allow_symlinks: false, ignore_paths: [SIGNATURE_FILE] };

const hex = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hexadecimal digits');

const EnvelopeSchema = z.object({
  payloadType: z.literal(PAYLOAD_TYPE),
  payload: z.base64(),
  signatures: z
    .array(z.object({ sig: z.base64() }))
    .min(1)
    .max(16),
});

const StatementSchema = z.object({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.tuple([z.object({ name: z.string(), digest: z.object({ sha256: hex }) })]),
  predicateType: z.literal(PREDICATE_TYPE),
  predicate: z.object({
    serialization: z.object({ method: z.literal('files'), hash_type: z.literal('sha256') }),
    resources: z.array(z.object({ name: z.string(), algorithm: z.literal('sha256'), digest: hex })).min(1),
  }),
});

/** SHA-256 of every file of a package but the signature, by path. */
export type Digests = ReadonlyMap<string, string>;

/** Whether somebody signed a package, and whether that was checked against the key of whoever has to. */
export const SIGNED_STATES = ['verified', 'not-checked', 'no'] as const;
export type SignedState = (typeof SIGNED_STATES)[number];

export async function hasSignature(folder: string): Promise<boolean> {
  const stats = await lstat(join(folder, SIGNATURE_FILE)).catch(() => undefined);
  return stats !== undefined;
}

/**
 * The text of a signature file: a DSSE envelope whose payload names `ref` and lists `digests`. The subject's digest is
 * the SHA-256 of the files' digests, one after the other as bytes, in the order of their paths.
 *
 * @param privateKey an Ed25519 key.
 */
export function createSignature({ name, version }: PackageRef, digests: Digests, privateKey: KeyObject): string {
  const resources = [...digests]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([path, digest]) => ({ name: path, algorithm: 'sha256', digest }));
  const statement = {
    _type: STATEMENT_TYPE,
    subject: [{ name: `${name}@${version}`, digest: { sha256: rootDigest(resources) } }],
    predicateType: PREDICATE_TYPE,
    predicate: { serialization: SERIALIZATION, resources },
  };
  const payload = Buffer.from(JSON.stringify(statement));
  const envelope = {
    payloadType: PAYLOAD_TYPE,
    payload: payload.toString('base64'),
    signatures: [
      { keyid: keyId(privateKey), sig: sign(null, preAuthEncoding(payload), privateKey).toString('base64') },
    ],
  };
  return `${JSON.stringify(envelope, null, 2)}\n`;
}

/**
 * The digests that the package's signature vouches for. Refuses a package without one with `signature-missing`, and one
 * that is malformed or was not made with the private half of `publicKey` with `signature-invalid`.
 */
export async function readSignature(folder: string, publicKey: KeyObject): Promise<Digests> {
  const stats = await lstat(join(folder, SIGNATURE_FILE)).catch(() => undefined);
  if (stats === undefined) {
    throw new TensornestError('signature-missing', `${SIGNATURE_FILE}: the package is not signed.`);
  }
  if (stats.size > MAX_SIGNATURE_BYTES) throw invalid(`has more than ${MAX_SIGNATURE_BYTES} bytes`);
  return openSignature(await readRegular(folder, SIGNATURE_FILE), publicKey);
}

function openSignature(bytes: Buffer, publicKey: KeyObject): Digests {
  const envelope = parse(bytes, EnvelopeSchema, 'the envelope');
  const payload = Buffer.from(envelope.payload, 'base64');
  const signed = preAuthEncoding(payload);
  if (!envelope.signatures.some(({ sig }) => verify(null, signed, publicKey, Buffer.from(sig, 'base64')))) {
    throw invalid('was not made with the private half of the given key, or the statement was changed');
  }
  const { subject, predicate } = parse(payload, StatementSchema, 'the statement');
  if (rootDigest(predicate.resources) !== subject[0].digest.sha256) {
    throw invalid("the statement: the subject's digest is not that of its files");
  }
  return new Map(predicate.resources.map(({ name, digest }) => [name, digest]));
}

/** Refuses files whose digests are not those that the signature vouches for. */
export function assertSigned(signed: Digests, actual: Digests): void {
  for (const [path, digest] of actual) {
    if (!signed.has(path)) throw invalid(`does not cover ${path}`);
    if (signed.get(path) !== digest) throw invalid(`is for another ${path}`);
  }
}

function rootDigest(resources: readonly { readonly digest: string }[]): string {
  return sha256(Buffer.from(resources.map(({ digest }) => digest).join(''), 'hex'));
}

/** What DSSE signs: type and payload, each with its length, so that neither can be taken for a part of the other. */
function preAuthEncoding(payload: Buffer): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(PAYLOAD_TYPE)} ${PAYLOAD_TYPE} ${payload.byteLength} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

/** SHA-256 of the public half's SPKI bytes. It helps to find the key; nothing is decided by it. */
function keyId(privateKey: KeyObject): string {
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('hex');
}

function parse<S extends z.ZodType>(bytes: Buffer, schema: S, part: string): z.infer<S> {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw invalid(`${part} is not valid JSON`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(`${part}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is invalid'}`);
}

function invalid(what: string): TensornestError {
  return new TensornestError('signature-invalid', `${SIGNATURE_FILE}: ${what}.`);
}
