import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { addressPrefixOf, z85Decode, z85Encode } from '@cateto/contracts';

/* Key pairs of CURVE: X25519, both halves in Z85. */

export interface KeyPair {
  readonly publicKey: string;
  readonly secretKey: string;
}

/** PKCS #8 of an X25519 key, before its 32 bytes. */
const secretHead = Buffer.from('302e020100300506032b656e04220420', 'hex');

export function newKeyPair(): KeyPair {
  const { privateKey } = generateKeyPairSync('x25519');
  const { d = '', x = '' } = privateKey.export({ format: 'jwk' });
  return { publicKey: z85Encode(Buffer.from(x, 'base64url')), secretKey: z85Encode(Buffer.from(d, 'base64url')) };
}

/** The public half of a secret key, which must be one. */
export function publicKeyOf(secretKey: string): string {
  const key = Buffer.concat([secretHead, z85Decode(secretKey) ?? new Uint8Array()]);
  const { x = '' } = createPublicKey(createPrivateKey({ key, format: 'der', type: 'pkcs8' })).export({ format: 'jwk' });
  return z85Encode(Buffer.from(x, 'base64url'));
}

/** The beginning of the addresses of a public key. */
export function prefixOf(publicKey: string): string {
  return addressPrefixOf(
    createHash('sha256')
      .update(z85Decode(publicKey) ?? new Uint8Array())
      .digest(),
  );
}
