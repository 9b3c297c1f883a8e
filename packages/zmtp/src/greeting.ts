import { latin1, writeLatin1 } from './bytes.ts';
import type { Mechanism, Role } from './mechanism.ts';

/* The greeting of ZMTP 3.1: 64 bytes, with which each side begins. It names the version and the security mechanism. */

export const greetingBytes = 64;
const signatureAt = 9;
const majorAt = 10;
const minorAt = 11;
const mechanismAt = 12;
const mechanismEnd = 32;
const asServerAt = mechanismEnd;

type Named = Pick<Mechanism, 'name' | 'hasServer'>;

export function writeGreeting({ name, hasServer }: Named, role: Role): Uint8Array {
  const greeting = new Uint8Array(greetingBytes);
  greeting[0] = 0xff;
  greeting[signatureAt] = 0x7f;
  greeting[majorAt] = 3;
  greeting[minorAt] = 1;
  writeLatin1(greeting, name, mechanismAt);
  greeting[asServerAt] = hasServer && role === 'server' ? 1 : 0;
  return greeting;
}

/**
 * Checks as much of a greeting as has arrived.
 *
 * @param role of this side
 * @returns the fault; undefined while the bytes may begin a greeting
 */
export function greetingFault(bytes: Uint8Array, { name, hasServer }: Named, role: Role): string | undefined {
  if ((bytes[0] ?? 0xff) !== 0xff || (bytes[signatureAt] ?? 0x7f) !== 0x7f) return 'not ZMTP';
  const major = bytes[majorAt] ?? 3;
  if (major < 3) return 'ZMTP before 3.0';
  const theirs = mechanismIn(bytes);
  if (theirs === undefined) return undefined;
  if (theirs !== name) return `a mechanism that is not ${name}`;
  if (!hasServer || bytes.length <= asServerAt) return undefined;
  // A server of libzmq does not say that it is one. Two clients find out with their first commands.
  return bytes[asServerAt] === 1 && role === 'server' ? 'the same side of the mechanism' : undefined;
}

/** The name of the mechanism; undefined while it has not arrived. */
export function mechanismIn(bytes: Uint8Array): string | undefined {
  return bytes.length < mechanismEnd ? undefined : latin1(bytes, mechanismAt, mechanismEnd).replace(/\0+$/, '');
}

/** Whether the peer knows PING and SUBSCRIBE, which came with ZMTP 3.1. */
export function speaksCommands(greeting: Uint8Array): boolean {
  return (greeting[majorAt] ?? 0) > 3 || (greeting[minorAt] ?? 0) >= 1;
}
