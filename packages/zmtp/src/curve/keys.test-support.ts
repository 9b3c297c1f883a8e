import type { Mechanism } from '../mechanism.ts';
import { loadCurveCrypto } from '../node/curve-crypto.ts';
import { curveClient, curveServer } from './mechanism.ts';

/* Keys for tests: a server's, and those of a client that it knows. */

export const crypto = await loadCurveCrypto();
export const serverKeys = crypto.newKeyPair();
export const clientKeys = crypto.newKeyPair();

export const clientMechanism: Mechanism = curveClient({
  crypto,
  keyPair: clientKeys,
  serverKey: serverKeys.publicKey,
});

/** A server that accepts every key, unless it is told otherwise. */
export function serverMechanism(authorize: (publicKey: Uint8Array) => string | undefined = () => undefined): Mechanism {
  return curveServer({ crypto, keyPair: serverKeys, authorize });
}
