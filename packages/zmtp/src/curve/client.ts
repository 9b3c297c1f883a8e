import { concat } from '../bytes.ts';
import type { Handshake, HandshakeStep } from '../mechanism.ts';
import { createCipher, fromClient, fromServer } from './cipher.ts';
import {
  areAt,
  helloPaddingBytes,
  helloTextBytes,
  names,
  readError,
  ready,
  version,
  vouchBoxBytes,
  welcome,
} from './commands.ts';
import type { CurveCrypto, KeyPair } from './crypto.ts';
import { keyBytes, tagBytes } from './crypto.ts';
import { countedNonce, counterBytes, randomNonce, randomPartBytes, readCounter, writeCounter } from './nonces.ts';

/* The client's side of the handshake: the side that dials. */

export interface ClientKeys {
  readonly crypto: CurveCrypto;
  readonly keyPair: KeyPair;
  /** The server's public key. The handshake proves that the other side has its secret key. */
  readonly serverKey: Uint8Array;
}

/** The counters of its two boxes. Its frames go on from here. */
const helloCounter = 1;
const initiateCounter = 2;
const nothing = new Uint8Array();

const fault = (what: string): HandshakeStep => ({ type: 'fault', what });

export function beginClient({ crypto, keyPair, serverKey }: ClientKeys, metadata: Uint8Array): Handshake {
  const own = crypto.newKeyPair();
  const helloKey = crypto.sharedKey(serverKey, own.secretKey);
  /** Of all boxes after WELCOME; undefined before. */
  let connectionKey: Uint8Array | undefined;

  function boxed(bytes: number, text: Uint8Array, nonce: Uint8Array, key: Uint8Array): Uint8Array {
    const box = new Uint8Array(bytes);
    crypto.seal(box, 0, text, nothing, nonce, key);
    return box;
  }

  function takeWelcome(bytes: Uint8Array, start: number, end: number): HandshakeStep {
    if (end - start !== welcome.bytes || !areAt(bytes, start, names.welcome) || helloKey === undefined)
      return fault('not a WELCOME command');
    const boxAt = start + welcome.boxAt;
    const random = bytes.subarray(start + welcome.randomAt, boxAt);
    const text = crypto.open(bytes, boxAt, end, randomNonce('WELCOME-', random), helloKey);
    if (text === undefined) return fault('a WELCOME of a server with another key');
    const theirs = text.subarray(0, keyBytes);
    const vouchKey = crypto.sharedKey(theirs, keyPair.secretKey);
    connectionKey = crypto.sharedKey(theirs, own.secretKey);
    if (vouchKey === undefined || connectionKey === undefined) return fault('a WELCOME with a key of no strength');
    const vouchRandom = crypto.randomBytes(randomPartBytes);
    const vouchNonce = randomNonce('VOUCH---', vouchRandom);
    const vouch = boxed(vouchBoxBytes, concat(own.publicKey, serverKey), vouchNonce, vouchKey);
    const proof = concat(keyPair.publicKey, vouchRandom, vouch, metadata);
    const nonce = countedNonce('CurveZMQINITIATE', initiateCounter);
    return {
      type: 'reply',
      command: concat(
        names.initiate,
        text.subarray(keyBytes),
        counter(initiateCounter),
        boxed(proof.length + tagBytes, proof, nonce, connectionKey),
      ),
    };
  }

  function takeReady(bytes: Uint8Array, start: number, end: number, key: Uint8Array): HandshakeStep {
    if (end - start < ready.bytesMin || !areAt(bytes, start, names.ready)) return fault('not a READY command');
    const theirCounter = readCounter(bytes, start + ready.counterAt);
    const nonce = countedNonce('CurveZMQREADY---');
    nonce.set(bytes.subarray(start + ready.counterAt, start + ready.boxAt), nonce.length - counterBytes);
    const theirs = crypto.open(bytes, start + ready.boxAt, end, nonce, key);
    if (theirs === undefined) return fault('a READY that does not open');
    return {
      type: 'done',
      metadata: theirs,
      publicKey: serverKey,
      cipher: createCipher(
        crypto,
        key,
        { name: fromClient, counter: initiateCounter },
        { name: fromServer, counter: theirCounter },
      ),
    };
  }

  return {
    first() {
      // Every key that `curveClient` accepts has a shared key.
      if (helloKey === undefined) return undefined;
      const nonce = countedNonce('CurveZMQHELLO---', helloCounter);
      return concat(
        names.hello,
        version,
        new Uint8Array(helloPaddingBytes),
        own.publicKey,
        counter(helloCounter),
        boxed(helloTextBytes + tagBytes, new Uint8Array(helloTextBytes), nonce, helloKey),
      );
    },
    take(bytes, start, end) {
      const refusal = readError(bytes, start, end);
      if (refusal !== undefined) return { type: 'refused', what: `the other side refuses the key: ${refusal}` };
      return connectionKey === undefined ? takeWelcome(bytes, start, end) : takeReady(bytes, start, end, connectionKey);
    },
    // A server says nothing to a client that does not know its key.
    closedByPeer: () =>
      connectionKey === undefined ? 'the other side ended the handshake: its key is not the expected one' : undefined,
  };
}

function counter(value: number): Uint8Array {
  const bytes = new Uint8Array(counterBytes);
  writeCounter(bytes, value, 0);
  return bytes;
}
