/*
 * The cryptography of CURVE: boxes of X25519, XSalsa20 and Poly1305, as NaCl defines them. `node/curve-crypto.ts` takes
 * them from libsodium.
 */

export const keyBytes = 32;
export const nonceBytes = 24;
/** By how many bytes a box is longer than the text in it. */
export const tagBytes = 16;

export interface KeyPair {
  readonly publicKey: Uint8Array;
  readonly secretKey: Uint8Array;
}

export interface CurveCrypto {
  randomBytes(count: number): Uint8Array;
  newKeyPair(): KeyPair;
  /**
   * The key of all boxes between the owners of two key pairs.
   *
   * @returns undefined for a public key with which every secret key would have the same result
   */
  sharedKey(publicKey: Uint8Array, secretKey: Uint8Array): Uint8Array | undefined;
  /**
   * Writes a box into `into`, from `at` on. The text in it is `head`, followed by `body`.
   *
   * @param body a text has characters of up to eight bits
   */
  seal(
    into: Uint8Array,
    at: number,
    head: Uint8Array,
    body: Uint8Array | string,
    nonce: Uint8Array,
    key: Uint8Array,
  ): void;
  /**
   * Opens the box in the bytes from `start` to `end`.
   *
   * @returns the text, in memory of its own; undefined when the box was not sealed with this nonce and key
   */
  open(bytes: Uint8Array, start: number, end: number, nonce: Uint8Array, key: Uint8Array): Uint8Array | undefined;
}
