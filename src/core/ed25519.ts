import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

/** A key file cannot be used. The message says why, and holds nothing of the file. */
export class KeyError extends Error {
  override readonly name = 'KeyError';
}

/** The Ed25519 public key in a PEM text. A private key is refused too: whoever only verifies must not hold it. */
export function readPublicKey(pem: string): KeyObject {
  if (pem.includes('PRIVATE KEY')) throw new KeyError('holds a private key, the public key is needed');
  return asEd25519(pem, createPublicKey);
}

/** The Ed25519 private key in a PEM text without a passphrase. */
export function readPrivateKey(pem: string): KeyObject {
  if (pem.includes('ENCRYPTED PRIVATE KEY')) throw new KeyError('is encrypted, a key without a passphrase is needed');
  if (pem.includes('PUBLIC KEY')) throw new KeyError('holds a public key, the private key is needed');
  return asEd25519(pem, createPrivateKey);
}

function asEd25519(pem: string, create: (pem: string) => KeyObject): KeyObject {
  let key: KeyObject;
  try {
    key = create(pem);
  } catch (cause) {
    throw new KeyError('holds no key in PEM format', { cause });
  }
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw new KeyError(`holds a key of type ${key.asymmetricKeyType ?? 'unknown'}, an Ed25519 key is needed`);
}
