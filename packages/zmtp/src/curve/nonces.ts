import { concat, latin1Bytes, readUint32, writeUint32 } from '../bytes.ts';

/* Nonces of 24 bytes: a name that says what the box is, and a part that is never used twice with the same key. */

/** The part of a nonce that a counter fills, and with it a command. */
export const counterBytes = 8;
/** The part that random bytes fill. */
export const randomPartBytes = 16;

const counterAt = 16;
const wordBytes = 4;
const wordValues = 2 ** 32;

/** @param name of eight characters */
export function randomNonce(name: string, random: Uint8Array): Uint8Array {
  return concat(latin1Bytes(name), random);
}

/** @param name of sixteen characters */
export function countedNonce(name: string, counter = 0): Uint8Array {
  const nonce = concat(latin1Bytes(name), new Uint8Array(counterBytes));
  setCounter(nonce, counter);
  return nonce;
}

export function setCounter(nonce: Uint8Array, counter: number): void {
  writeCounter(nonce, counter, counterAt);
}

export function writeCounter(into: Uint8Array, counter: number, at: number): void {
  writeUint32(into, Math.floor(counter / wordValues), at);
  writeUint32(into, counter >>> 0, at + wordBytes);
}

/** Rounds above 2^53, where a connection that sends a million frames a second arrives after 285 years. */
export function readCounter(bytes: Uint8Array, at: number): number {
  return readUint32(bytes, at) * wordValues + readUint32(bytes, at + wordBytes);
}
