import { allocate } from '../bytes.ts';
import { commandFlag, moreFlag } from '../frame-reader.ts';
import type { Cipher } from '../mechanism.ts';
import { areAt, message, names } from './commands.ts';
import type { CurveCrypto } from './crypto.ts';
import { countedNonce, readCounter, setCounter, writeCounter } from './nonces.ts';

/* The frames after the handshake, each in a MESSAGE. */

/** By how many bytes a MESSAGE is longer than the body in it. */
export const messageOverheadBytes: number = message.bytesMin;

const moreBit = 1;
const commandBit = 2;
/** The flags of a frame in a box, by their bits. */
const heads: readonly Uint8Array[] = [0, moreBit, commandBit, moreBit | commandBit].map((bits) => Uint8Array.of(bits));

/** The names in the nonces of both directions. */
export const fromClient = 'CurveZMQMESSAGEC';
export const fromServer = 'CurveZMQMESSAGES';

/** One direction: the name in its nonces, and the counter that its side used last. */
export interface Direction {
  readonly name: string;
  readonly counter: number;
}

/** @param key shared by the key pairs of the connection */
export function createCipher(crypto: CurveCrypto, key: Uint8Array, sending: Direction, receiving: Direction): Cipher {
  const sendNonce = countedNonce(sending.name);
  const receiveNonce = countedNonce(receiving.name);
  let sent = sending.counter;
  let received = receiving.counter;

  return {
    seal(flags, body) {
      sent += 1;
      setCounter(sendNonce, sent);
      const sealed = allocate(messageOverheadBytes + body.length);
      sealed.set(names.message);
      writeCounter(sealed, sent, message.counterAt);
      const bits = ((flags & moreFlag) === 0 ? 0 : moreBit) | ((flags & commandFlag) === 0 ? 0 : commandBit);
      crypto.seal(sealed, message.boxAt, heads[bits] as Uint8Array, body, sendNonce, key);
      return sealed;
    },
    open(bytes, start, end, take) {
      if (end - start < message.bytesMin || !areAt(bytes, start, names.message)) return 'a frame without a box';
      const counter = readCounter(bytes, start + message.counterAt);
      // A frame that is sent again, or overtakes another: TCP does neither.
      if (counter <= received) return 'a box that is not the next one';
      setCounter(receiveNonce, counter);
      const text = crypto.open(bytes, start + message.boxAt, end, receiveNonce, key);
      if (text === undefined) return 'a box that does not open';
      received = counter;
      const bits = text[0] ?? 0;
      const flags = ((bits & moreBit) === 0 ? 0 : moreFlag) | ((bits & commandBit) === 0 ? 0 : commandFlag);
      take(flags, text, 1, text.length);
      return undefined;
    },
  };
}
