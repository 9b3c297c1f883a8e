/*
 * The handshake of ZMTP 3.1: each side sends a greeting of 64 bytes, then a READY command with the type of its socket.
 */

export type SocketType = 'PUB' | 'SUB' | 'XPUB' | 'XSUB';

/** Which types of sockets may connect to each other. */
const partners: Readonly<Record<SocketType, readonly string[]>> = {
  PUB: ['SUB', 'XSUB'],
  XPUB: ['SUB', 'XSUB'],
  SUB: ['PUB', 'XPUB'],
  XSUB: ['PUB', 'XPUB'],
};

export const greetingBytes = 64;
const signatureAt = 9;
const majorAt = 10;
const minorAt = 11;
const mechanismAt = 12;
const mechanismEnd = 32;
const mechanism = 'NULL';

/** The frames of a handshake are small. A peer that sends a larger one does not belong to this system. */
export const handshakeFrameBytesMax = 8_192;

export function writeGreeting(): Buffer {
  const greeting = Buffer.alloc(greetingBytes);
  greeting[0] = 0xff;
  greeting[signatureAt] = 0x7f;
  greeting[majorAt] = 3;
  greeting[minorAt] = 1;
  greeting.write(mechanism, mechanismAt, 'latin1');
  return greeting;
}

/**
 * Checks as much of a greeting as has arrived.
 *
 * @returns the fault; undefined while there is none
 */
export function greetingFault(bytes: Uint8Array): string | undefined {
  if ((bytes[0] ?? 0xff) !== 0xff || (bytes[signatureAt] ?? 0x7f) !== 0x7f) return 'not ZMTP';
  const major = bytes[majorAt] ?? 3;
  if (major < 3) return 'ZMTP before 3.0';
  if (bytes.length < mechanismEnd) return undefined;
  const name = latin1(bytes, mechanismAt, mechanismEnd).replace(/\0+$/, '');
  return name === mechanism ? undefined : 'a mechanism that is not NULL';
}

/** Whether the peer knows PING and SUBSCRIBE, which came with ZMTP 3.1. */
export function speaksCommands(greeting: Uint8Array): boolean {
  return (greeting[majorAt] ?? 0) > 3 || (greeting[minorAt] ?? 0) >= 1;
}

const readyName = '\x05READY';
const typeProperty = 'Socket-Type';
const nameSizeBytes = 1;
const valueSizeBytes = 4;

/** The body of a READY command. */
export function writeReady(type: SocketType): Buffer {
  const value = Buffer.alloc(valueSizeBytes);
  value.writeUInt32BE(type.length);
  const name = `${readyName}${String.fromCharCode(typeProperty.length)}${typeProperty}`;
  return Buffer.concat([Buffer.from(name, 'latin1'), value, Buffer.from(type, 'latin1')]);
}

/** @returns the fault of the peer's READY command; undefined when the two sockets may be connected */
export function readyFault(own: SocketType, body: Buffer): string | undefined {
  if (body.toString('latin1', 0, readyName.length) !== readyName) return 'not a READY command';
  let at = readyName.length;
  while (at < body.length) {
    const nameEnd = at + nameSizeBytes + (body[at] ?? 0);
    const valueAt = nameEnd + valueSizeBytes;
    if (valueAt > body.length) return 'a broken READY command';
    const valueEnd = valueAt + body.readUInt32BE(nameEnd);
    if (valueEnd > body.length) return 'a broken READY command';
    if (body.toString('latin1', at + nameSizeBytes, nameEnd).toLowerCase() === typeProperty.toLowerCase()) {
      const type = body.toString('latin1', valueAt, valueEnd);
      return partners[own].includes(type) ? undefined : 'a type of socket that does not fit';
    }
    at = valueEnd;
  }
  return 'a READY command without a type of socket';
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end));
}
