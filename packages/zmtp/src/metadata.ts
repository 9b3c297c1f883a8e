import { concat, latin1, latin1Bytes, readUint32, writeUint32 } from './bytes.ts';

/* The metadata of a handshake: properties of a side's socket. Each mechanism carries them in a command of its own. */

export type SocketType = 'PUB' | 'SUB' | 'XPUB' | 'XSUB';

/** Which types of sockets may connect to each other. */
const partners: Readonly<Record<SocketType, readonly string[]>> = {
  PUB: ['SUB', 'XSUB'],
  XPUB: ['SUB', 'XSUB'],
  SUB: ['PUB', 'XPUB'],
  XSUB: ['PUB', 'XPUB'],
};

const typeProperty = 'Socket-Type';
const nameSizeBytes = 1;
const valueSizeBytes = 4;

export function writeMetadata(type: SocketType): Uint8Array {
  const size = new Uint8Array(valueSizeBytes);
  writeUint32(size, type.length, 0);
  return concat(latin1Bytes(`${String.fromCharCode(typeProperty.length)}${typeProperty}`), size, latin1Bytes(type));
}

/** @returns the fault of the peer's metadata; undefined when the two sockets may be connected */
export function metadataFault(own: SocketType, bytes: Uint8Array): string | undefined {
  let at = 0;
  while (at < bytes.length) {
    const nameEnd = at + nameSizeBytes + (bytes[at] ?? 0);
    const valueAt = nameEnd + valueSizeBytes;
    if (valueAt > bytes.length) return 'broken metadata';
    const valueEnd = valueAt + readUint32(bytes, nameEnd);
    if (valueEnd > bytes.length) return 'broken metadata';
    if (latin1(bytes, at + nameSizeBytes, nameEnd).toLowerCase() === typeProperty.toLowerCase()) {
      const type = latin1(bytes, valueAt, valueEnd);
      return partners[own].includes(type) ? undefined : 'a type of socket that does not fit';
    }
    at = valueEnd;
  }
  return 'metadata without a type of socket';
}
