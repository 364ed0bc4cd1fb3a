import { generateKeyPairSync, sign } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyPackage, type PackageFolder } from '../../../test/support/package-factory.js';
import { readPackage } from './reader.js';
import { signPackage } from './signing.js';

const REF = { name: 'car-evaluation', version: '2.0.0' };
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const other = generateKeyPairSync('ed25519');

let folder: PackageFolder;
beforeEach(async () => {
  folder = await copyPackage();
});
afterEach(() => folder.remove());

const verified = (key = publicKey) => readPackage(folder.path, REF, { requireSignature: key });
const statement = async () =>
  JSON.parse(Buffer.from((await folder.json('signature.json')).payload, 'base64').toString());

/** Signs another statement with the right key: what somebody who can use the key by mistake could make. */
async function forgeStatement(edit: (statement: Record<string, any>) => void): Promise<void> {
  const changed = await statement();
  edit(changed);
  const payload = Buffer.from(JSON.stringify(changed));
  const type = 'application/vnd.in-toto+json';
  const signed = Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${payload.length} `), payload]);
  const envelope = {
    payloadType: type,
    payload: payload.toString('base64'),
    signatures: [{ sig: sign(null, signed, privateKey).toString('base64') }],
  };
  await folder.write('signature.json', JSON.stringify(envelope));
}

describe('a signed package', () => {
  beforeEach(() => signPackage(folder.path, REF, privateKey));

  it('is read with the public half of the key, and without one', async () => {
    expect((await verified()).manifest.name).toBe('car-evaluation');
    expect((await readPackage(folder.path, REF)).manifest.name).toBe('car-evaluation');
  });

  it('says whether its signature was checked', async () => {
    expect((await verified()).signed).toBe('verified');
    expect((await readPackage(folder.path, REF)).signed).toBe('not-checked');
    await rm(folder.file('signature.json'));
    expect((await readPackage(folder.path, REF)).signed).toBe('no');
  });

  it('keeps its digest, and nothing is left beside it', async () => {
    const signed = await verified();
    await rm(folder.file('signature.json'));
    expect((await readPackage(folder.path, REF)).digest).toBe(signed.digest);
    expect(await readdir(dirname(folder.path))).toEqual(['2.0.0']);
  });

  it('states the digest of every file as OpenSSF model signing does', async () => {
    const manifest = await folder.json('manifest.json');
    const { _type, subject, predicateType, predicate } = await statement();
    expect(_type).toBe('https://in-toto.io/Statement/v1');
    expect(predicateType).toBe('https://model_signing/signature/v1.0');
    expect(subject).toEqual([{ name: 'car-evaluation@2.0.0', digest: { sha256: expect.stringMatching(/^\w{64}$/) } }]);
    expect(predicate.serialization).toMatchObject({ method: 'files', ignore_paths: ['signature.json'] });
    const names = predicate.resources.map(({ name }: { name: string }) => name);
    expect(names).toEqual(['README.md', 'golden.json', 'manifest.json', 'model.json', 'weights.bin']);
    for (const { path, sha256 } of manifest.files) {
      expect(predicate.resources).toContainEqual({ name: path, algorithm: 'sha256', digest: sha256 });
    }
  });

  it('can be signed again with another key', async () => {
    await signPackage(folder.path, REF, other.privateKey);
    await expect(verified(other.publicKey)).resolves.toBeDefined();
    await expect(verified()).rejects.toMatchObject({ code: 'signature-invalid' });
  });

  it.each([
    ['the manifest was changed', () => folder.forge('README.md', '# Changed'), /is for another manifest\.json/],
    ['a file was changed', () => folder.write('weights.bin', Buffer.alloc(14_480)), /weights\.bin/, 'digest-mismatch'],
    ['its signature is no JSON', () => folder.write('signature.json', '{'), /the envelope is not valid JSON/],
    ['its signature is no envelope', () => folder.write('signature.json', '{}'), /the envelope: payloadType/],
    [
      'its signature is far too long',
      () => folder.write('signature.json', Buffer.alloc(5_000_000)),
      /more than 4194304/,
    ],
    [
      'the statement was changed',
      async () => {
        const envelope = await folder.json('signature.json');
        envelope.payload = Buffer.from(JSON.stringify({ ...(await statement()), more: 1 })).toString('base64');
        await folder.write('signature.json', JSON.stringify(envelope));
      },
      /or the statement was changed/,
    ],
    ['the statement is of another kind', () => forgeStatement((it) => (it.predicateType = 'x')), /predicateType/],
    [
      'a file is missing in the statement',
      () => forgeStatement((it) => it.predicate.resources.pop()),
      /subject's digest/,
    ],
    [
      'the statement vouches for none of the files',
      () =>
        forgeStatement((it) => {
          it.predicate.resources = [{ name: 'other', algorithm: 'sha256', digest: it.subject[0].digest.sha256 }];
          it.subject[0].digest.sha256 = 'f'.repeat(64);
        }),
      /subject's digest/,
    ],
  ] as [string, () => Promise<void>, RegExp, string?][])(
    'is refused when %s',
    async (_, harm, says, code = 'signature-invalid') => {
      await harm();
      await expect(verified()).rejects.toMatchObject({ code, message: expect.stringMatching(says) });
    },
  );

  it('is refused with another key', async () => {
    await expect(verified(other.publicKey)).rejects.toMatchObject({
      code: 'signature-invalid',
      message: expect.stringMatching(/^signature\.json: was not made with the private half of the given key/),
    });
  });
});

describe('an unsigned package', () => {
  it('is refused where a signature is required, before anything of it is parsed', async () => {
    await folder.write('manifest.json', '{');
    await expect(verified()).rejects.toMatchObject({
      code: 'signature-missing',
      message: 'signature.json: the package is not signed.',
    });
  });

  it('is not signed when it is not sound', async () => {
    await folder.write('weights.bin', 'damage');
    await expect(signPackage(folder.path, REF, privateKey)).rejects.toMatchObject({ code: 'file-truncated' });
    expect(await readdir(folder.path)).not.toContain('signature.json');
  });
});
