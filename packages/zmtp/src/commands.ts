import { concat, latin1, latin1Bytes, readUint16, writeUint16 } from './bytes.ts';

/* The commands of ZMTP 3.1 after the handshake. A body begins with the command's name. */

const names = {
  ping: latin1Bytes('\x04PING'),
  pong: latin1Bytes('\x04PONG'),
  subscribe: latin1Bytes('\x09SUBSCRIBE'),
  cancel: latin1Bytes('\x06CANCEL'),
};

/** A subscription or its end, and where its topic is in the frame. */
export interface TopicSpan {
  readonly subscribed: boolean;
  readonly at: number;
}

/** Before ZMTP 3.1 a subscription was a message: one of these bytes, then the topic. */
export const legacySubscribe = 1;
export const legacyCancel = 0;

/** @returns undefined when the message is not a subscription; a prefix that is too long is cut to one more than the longest */
export function readLegacySubscription(
  message: Uint8Array,
  prefixBytesMax: number,
): { readonly subscribed: boolean; readonly prefix: string; readonly bytes: number } | undefined {
  const [byte] = message;
  if (byte !== legacySubscribe && byte !== legacyCancel) return undefined;
  const prefix = latin1(message, 1, Math.min(message.length, prefixBytesMax + 1));
  return { subscribed: byte === legacySubscribe, prefix, bytes: message.length - 1 };
}

const ttlBytes = 2;
/** The unit of a time to live on the wire. */
const ttlUnitMs = 100;
/** The bytes of the PING's context that a PONG echoes at most. */
const contextBytesMax = 16;

function begins(bytes: Uint8Array, start: number, end: number, name: Uint8Array): boolean {
  if (end - start < name.length) return false;
  for (let index = 0; index < name.length; index += 1) if (bytes[start + index] !== name[index]) return false;
  return true;
}

export function writePing(ttlMs: number): Uint8Array {
  const ttl = new Uint8Array(ttlBytes);
  writeUint16(ttl, Math.ceil(ttlMs / ttlUnitMs), 0);
  return concat(names.ping, ttl);
}

export function isPong(bytes: Uint8Array, start: number, end: number): boolean {
  return begins(bytes, start, end, names.pong);
}

/**
 * Reads a PING: its time to live in milliseconds, 0 for none, and the PONG that answers it. Undefined when it is not a
 * PING.
 */
export function readPing(
  bytes: Uint8Array,
  start: number,
  end: number,
): { readonly ttlMs: number; readonly pong: Uint8Array } | undefined {
  const ttlAt = start + names.ping.length;
  if (!begins(bytes, start, end, names.ping) || end < ttlAt + ttlBytes) return undefined;
  const contextAt = ttlAt + ttlBytes;
  const context = bytes.subarray(contextAt, Math.min(end, contextAt + contextBytesMax));
  return { ttlMs: readUint16(bytes, ttlAt) * ttlUnitMs, pong: concat(names.pong, context) };
}

export function writeSubscription(topic: string, subscribed: boolean): Uint8Array {
  return concat(subscribed ? names.subscribe : names.cancel, latin1Bytes(topic));
}

/** @returns undefined when the command is neither SUBSCRIBE nor CANCEL */
export function readSubscription(bytes: Uint8Array, start: number, end: number): TopicSpan | undefined {
  if (begins(bytes, start, end, names.subscribe)) return { subscribed: true, at: start + names.subscribe.length };
  if (begins(bytes, start, end, names.cancel)) return { subscribed: false, at: start + names.cancel.length };
  return undefined;
}
