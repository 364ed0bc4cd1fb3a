import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { KeyError, readPrivateKey, readPublicKey } from './ed25519.js';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const PUBLIC = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const PRIVATE = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const ENCRYPTED = privateKey
  .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' })
  .toString();
const RSA = generateKeyPairSync('rsa', { modulusLength: 2_048 });

describe('a key file', () => {
  it('gives its key', () => {
    expect(readPublicKey(PUBLIC).equals(publicKey)).toBe(true);
    expect(readPrivateKey(PRIVATE).equals(privateKey)).toBe(true);
  });

  it.each([
    ['a private key for a public one', readPublicKey, PRIVATE, 'holds a private key, the public key is needed'],
    ['a public key for a private one', readPrivateKey, PUBLIC, 'holds a public key, the private key is needed'],
    ['an encrypted key', readPrivateKey, ENCRYPTED, 'is encrypted, a key without a passphrase is needed'],
    ['no key', readPublicKey, '# Read me', 'holds no key in PEM format'],
    ['a cut key', readPrivateKey, PRIVATE.slice(0, 60), 'holds no key in PEM format'],
    [
      'another kind of key',
      readPublicKey,
      RSA.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      'holds a key of type rsa, an Ed25519 key is needed',
    ],
  ])('is refused with %s', (_, read, pem, message) => {
    expect(() => read(pem)).toThrow(KeyError);
    expect(() => read(pem)).toThrow(message);
  });
});
