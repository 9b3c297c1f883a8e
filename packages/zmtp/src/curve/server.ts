import { concat } from '../bytes.ts';
import type { Handshake, HandshakeStep } from '../mechanism.ts';
import { createCipher, fromClient, fromServer } from './cipher.ts';
import {
  areAt,
  cookieBytes,
  hello,
  helloPaddingBytes,
  initiate,
  names,
  ready,
  version,
  vouchBytes,
  welcome,
  writeError,
} from './commands.ts';
import type { CurveCrypto, KeyPair } from './crypto.ts';
import { keyBytes } from './crypto.ts';
import {
  countedNonce,
  counterBytes,
  randomNonce,
  randomPartBytes,
  readCounter,
  setCounter,
  writeCounter,
} from './nonces.ts';

/*
 * The server's side of the handshake: the side that was dialled. A client without the server's public key costs one
 * shared key and gets no answer. One that has it costs three, whether its own key is authorised or not.
 */

export interface ServerKeys {
  readonly crypto: CurveCrypto;
  readonly keyPair: KeyPair;
  /**
   * Decides about a client that has proven that it has the secret key of this public key.
   *
   * @param metadata of the client
   * @returns why it may not connect, which it is told; undefined when it may
   */
  readonly authorize: (publicKey: Uint8Array, metadata: Uint8Array) => string | undefined;
}

const readyCounter = 1;
const padding = new Uint8Array(helloPaddingBytes);
const nothing = new Uint8Array();

const fault = (what: string): HandshakeStep => ({ type: 'fault', what });

/** The state that the server keeps after a HELLO. */
interface Welcomed {
  /** Of the client, for this connection. */
  readonly theirKey: Uint8Array;
  readonly own: KeyPair;
  /**
   * The client sends it back. RFC 26 lets a server that keeps nothing seal its own state in it; this one keeps its state,
   * so the cookie is random.
   */
  readonly cookie: Uint8Array;
}

export function beginServer({ crypto, keyPair, authorize }: ServerKeys, metadata: Uint8Array): Handshake {
  let welcomed: Welcomed | undefined;

  function takeHello(bytes: Uint8Array, start: number, end: number): HandshakeStep {
    const isHello =
      end - start === hello.bytes &&
      areAt(bytes, start, names.hello) &&
      areAt(bytes, start + hello.versionAt, version) &&
      areAt(bytes, start + hello.paddingAt, padding);
    if (!isHello) return fault('not a HELLO command');
    const theirKey = bytes.slice(start + hello.keyAt, start + hello.keyAt + keyBytes);
    const key = crypto.sharedKey(theirKey, keyPair.secretKey);
    const nonce = countedNonce('CurveZMQHELLO---', 0);
    nonce.set(bytes.subarray(start + hello.counterAt, start + hello.boxAt), nonce.length - counterBytes);
    if (key === undefined || crypto.open(bytes, start + hello.boxAt, end, nonce, key) === undefined)
      return fault('a HELLO for a server with another key');
    welcomed = { theirKey, own: crypto.newKeyPair(), cookie: crypto.randomBytes(cookieBytes) };
    const random = crypto.randomBytes(randomPartBytes);
    const command = new Uint8Array(welcome.bytes);
    command.set(names.welcome);
    command.set(random, welcome.randomAt);
    const text = concat(welcomed.own.publicKey, welcomed.cookie);
    crypto.seal(command, welcome.boxAt, text, nothing, randomNonce('WELCOME-', random), key);
    return { type: 'reply', command };
  }

  function takeInitiate(
    bytes: Uint8Array,
    start: number,
    end: number,
    { theirKey, own, cookie }: Welcomed,
  ): HandshakeStep {
    const isInitiate =
      end - start >= initiate.bytesMin &&
      areAt(bytes, start, names.initiate) &&
      areAt(bytes, start + initiate.cookieAt, cookie);
    if (!isInitiate) return fault('not an INITIATE command');
    const key = crypto.sharedKey(theirKey, own.secretKey);
    const nonce = countedNonce('CurveZMQINITIATE');
    nonce.set(bytes.subarray(start + initiate.counterAt, start + initiate.boxAt), nonce.length - counterBytes);
    const proof = key === undefined ? undefined : crypto.open(bytes, start + initiate.boxAt, end, nonce, key);
    if (key === undefined || proof === undefined) return fault('an INITIATE that does not open');
    const publicKey = proof.slice(0, keyBytes);
    if (!isVouched(publicKey, proof.subarray(keyBytes, keyBytes + vouchBytes), theirKey, own))
      return fault('an INITIATE without a proof of its key');
    const metadataOfClient = proof.subarray(keyBytes + vouchBytes);
    const refusal = authorize(publicKey, metadataOfClient);
    if (refusal !== undefined) return { type: 'refused', command: writeError(refusal), what: 'a key that is refused' };
    return {
      type: 'done',
      command: readyCommand(key),
      metadata: metadataOfClient,
      publicKey,
      cipher: createCipher(
        crypto,
        key,
        { name: fromServer, counter: readyCounter },
        { name: fromClient, counter: readCounter(bytes, start + initiate.counterAt) },
      ),
    };
  }

  /** Whether the owner of the public key says that it is the client of this connection, to this server. */
  function isVouched(publicKey: Uint8Array, vouch: Uint8Array, theirKey: Uint8Array, own: KeyPair): boolean {
    const key = crypto.sharedKey(publicKey, own.secretKey);
    if (key === undefined) return false;
    const nonce = randomNonce('VOUCH---', vouch.subarray(0, randomPartBytes));
    const said = crypto.open(vouch, randomPartBytes, vouch.length, nonce, key);
    return said !== undefined && areAt(said, 0, theirKey) && areAt(said, keyBytes, keyPair.publicKey);
  }

  function readyCommand(key: Uint8Array): Uint8Array {
    const command = new Uint8Array(ready.bytesMin + metadata.length);
    command.set(names.ready);
    writeCounter(command, readyCounter, ready.counterAt);
    const nonce = countedNonce('CurveZMQREADY---');
    setCounter(nonce, readyCounter);
    crypto.seal(command, ready.boxAt, metadata, nothing, nonce, key);
    return command;
  }

  return {
    first: () => undefined,
    take: (bytes, start, end) =>
      welcomed === undefined ? takeHello(bytes, start, end) : takeInitiate(bytes, start, end, welcomed),
  };
}
