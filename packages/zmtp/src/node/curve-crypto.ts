import { randomBytes } from 'node:crypto';
import { writeLatin1 } from '../bytes.ts';
import type { CurveCrypto } from '../curve/crypto.ts';
import { keyBytes, nonceBytes, tagBytes } from '../curve/crypto.ts';
import type { Sodium } from './libsodium.ts';
import { loadSodium } from './libsodium.ts';

/*
 * The cryptography of CURVE by libsodium, in WebAssembly. It is loaded when keys are used: this takes 15 ms. A box of 64
 * bytes takes 0.5 µs, of 1 KiB 4 µs, a shared key 115 µs. X25519 of node:crypto would save half of the latter; but
 * libsodium offers no HSalsa20, which makes a key of its result.
 */

let loading: Promise<CurveCrypto> | undefined;

export function loadCurveCrypto(): Promise<CurveCrypto> {
  loading ??= load();
  return loading;
}

async function load(): Promise<CurveCrypto> {
  return createCurveCrypto(await loadSodium());
}

/** Memory for the first texts; larger ones take more. */
const roomBytesMin = 65_536;

function createCurveCrypto(sodium: Sodium): CurveCrypto {
  const keyAt = sodium._malloc(keyBytes);
  const publicKeyAt = sodium._malloc(keyBytes);
  const secretKeyAt = sodium._malloc(keyBytes);
  const nonceAt = sodium._malloc(nonceBytes);
  let roomBytes = roomBytesMin;
  /** A box; the text in it is behind its tag, before and after it is sealed. */
  let boxAt = sodium._malloc(tagBytes + roomBytes);

  /** Makes room for a text, and puts the nonce and the key in their places. */
  function prepare(textBytes: number, nonce: Uint8Array, key: Uint8Array): void {
    if (textBytes > roomBytes) {
      sodium._free(boxAt);
      roomBytes = 2 * textBytes;
      boxAt = sodium._malloc(tagBytes + roomBytes);
    }
    sodium.HEAPU8.set(nonce, nonceAt);
    sodium.HEAPU8.set(key, keyAt);
  }

  return {
    randomBytes,
    newKeyPair() {
      const secretKey = Uint8Array.from(randomBytes(keyBytes));
      sodium.HEAPU8.set(secretKey, secretKeyAt);
      sodium._crypto_scalarmult_base(publicKeyAt, secretKeyAt);
      return { publicKey: sodium.HEAPU8.slice(publicKeyAt, publicKeyAt + keyBytes), secretKey };
    },
    sharedKey(publicKey, secretKey) {
      sodium.HEAPU8.set(publicKey, publicKeyAt);
      sodium.HEAPU8.set(secretKey, secretKeyAt);
      if (sodium._crypto_box_beforenm(keyAt, publicKeyAt, secretKeyAt) !== 0) return undefined;
      return sodium.HEAPU8.slice(keyAt, keyAt + keyBytes);
    },
    seal(into, at, head, body, nonce, key) {
      const textBytes = head.length + body.length;
      prepare(textBytes, nonce, key);
      const heap = sodium.HEAPU8;
      const textAt = boxAt + tagBytes;
      heap.set(head, textAt);
      if (typeof body === 'string') writeLatin1(heap, body, textAt + head.length);
      else heap.set(body, textAt + head.length);
      sodium._crypto_box_easy_afternm(boxAt, textAt, textBytes, 0, nonceAt, keyAt);
      into.set(heap.subarray(boxAt, textAt + textBytes), at);
    },
    open(bytes, start, end, nonce, key) {
      const textBytes = end - start - tagBytes;
      if (textBytes < 0) return undefined;
      prepare(textBytes, nonce, key);
      const heap = sodium.HEAPU8;
      const textAt = boxAt + tagBytes;
      heap.set(bytes.subarray(start, end), boxAt);
      if (sodium._crypto_box_open_easy_afternm(textAt, boxAt, end - start, 0, nonceAt, keyAt) !== 0) return undefined;
      return heap.slice(textAt, textAt + textBytes);
    },
  };
}
