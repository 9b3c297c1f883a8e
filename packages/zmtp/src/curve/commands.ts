import { concat, latin1, latin1Bytes } from '../bytes.ts';
import { keyBytes, tagBytes } from './crypto.ts';
import { counterBytes, randomPartBytes } from './nonces.ts';

/*
 * The commands of CURVE's handshake (rfc.zeromq.org/spec/25 and 26) and where their parts are:
 *
 *   HELLO     version, 72 zeros, C′, counter, box of 64 zeros        C′ → S
 *   WELCOME   16 random bytes, box of (S′, cookie)                   S → C′
 *   INITIATE  cookie, counter, box of (C, vouch, metadata)           C′ → S′
 *             vouch: 16 random bytes, box of (C′, S)                 C → S′
 *   READY     counter, box of metadata                               S′ → C′
 *   ERROR     size and text of a reason, in the clear
 *
 * C and S are the public keys of the client and the server, C′ and S′ those that they make for one connection. After
 * these, MESSAGE carries each frame: counter, box of (flags, body) between C′ and S′.
 */

const name = (text: string): Uint8Array => latin1Bytes(String.fromCharCode(text.length) + text);

export const names: Readonly<Record<'hello' | 'welcome' | 'initiate' | 'ready' | 'error' | 'message', Uint8Array>> = {
  hello: name('HELLO'),
  welcome: name('WELCOME'),
  initiate: name('INITIATE'),
  ready: name('READY'),
  error: name('ERROR'),
  message: name('MESSAGE'),
};

/** The version 1.0. */
export const version: Uint8Array = Uint8Array.of(1, 0);
export const helloPaddingBytes = 72;
export const helloTextBytes = 64;
export const cookieBytes = 96;
export const vouchBoxBytes: number = 2 * keyBytes + tagBytes;
export const vouchBytes: number = randomPartBytes + vouchBoxBytes;

const paddingAt = names.hello.length + version.length;
const helloKeyAt = paddingAt + helloPaddingBytes;
const helloCounterAt = helloKeyAt + keyBytes;
const helloBoxAt = helloCounterAt + counterBytes;

/** Offsets from the beginning of a command, and its size. */
type Offsets<Part extends string> = Readonly<Record<Part, number>>;

export const hello: Offsets<'versionAt' | 'paddingAt' | 'keyAt' | 'counterAt' | 'boxAt' | 'bytes'> = {
  versionAt: names.hello.length,
  paddingAt,
  keyAt: helloKeyAt,
  counterAt: helloCounterAt,
  boxAt: helloBoxAt,
  bytes: helloBoxAt + helloTextBytes + tagBytes,
};

const welcomeBoxAt = names.welcome.length + randomPartBytes;
export const welcome: Offsets<'randomAt' | 'boxAt' | 'bytes'> = {
  randomAt: names.welcome.length,
  boxAt: welcomeBoxAt,
  bytes: welcomeBoxAt + keyBytes + cookieBytes + tagBytes,
};

const initiateCounterAt = names.initiate.length + cookieBytes;
const initiateBoxAt = initiateCounterAt + counterBytes;
export const initiate: Offsets<'cookieAt' | 'counterAt' | 'boxAt' | 'bytesMin'> = {
  cookieAt: names.initiate.length,
  counterAt: initiateCounterAt,
  boxAt: initiateBoxAt,
  /** Without metadata. */
  bytesMin: initiateBoxAt + keyBytes + vouchBytes + tagBytes,
};

const readyBoxAt = names.ready.length + counterBytes;
export const ready: Offsets<'counterAt' | 'boxAt' | 'bytesMin'> = {
  counterAt: names.ready.length,
  boxAt: readyBoxAt,
  bytesMin: readyBoxAt + tagBytes,
};

const messageBoxAt = names.message.length + counterBytes;
const flagsBytes = 1;
export const message: Offsets<'counterAt' | 'boxAt' | 'bytesMin'> = {
  counterAt: names.message.length,
  boxAt: messageBoxAt,
  bytesMin: messageBoxAt + tagBytes + flagsBytes,
};

/** Whether the bytes at `start` are these. */
export function areAt(bytes: Uint8Array, start: number, expected: Uint8Array): boolean {
  for (let index = 0; index < expected.length; index += 1) if (bytes[start + index] !== expected[index]) return false;
  return true;
}

/** How ZAP (rfc.zeromq.org/spec/27) says that a client may not connect. libzmq reports this reason and no other. */
const refusedStatus = '400';
const reasonBytesMax = 255;

/**
 * An ERROR whose reason is the status. `why` follows it, as a second text of the same form: our own clients read it, and
 * libzmq ignores what follows the reason.
 */
export function writeError(why: string): Uint8Array {
  return concat(names.error, short(refusedStatus), short(why.replace(/[^ -~]/g, '?').slice(0, reasonBytesMax)));
}

/** @returns the reason, and what our own servers say after it; undefined when the bytes are not an ERROR */
export function readError(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (!areAt(bytes, start, names.error)) return undefined;
  const statusAt = start + names.error.length;
  const status = readShort(bytes, statusAt, end);
  const why = status === undefined ? undefined : readShort(bytes, statusAt + 1 + status.length, end);
  return why === undefined || why === '' ? status : `${why} (${status})`;
}

function short(text: string): Uint8Array {
  return latin1Bytes(String.fromCharCode(text.length) + text);
}

function readShort(bytes: Uint8Array, at: number, end: number): string | undefined {
  const textEnd = at + 1 + (bytes[at] ?? 0);
  if (at >= end || textEnd > end) return undefined;
  return latin1(bytes, at + 1, textEnd).replace(/[^ -~]/g, '?');
}
