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
  return writeProperty(typeProperty, type);
}

/** One property, to be added to metadata. Names of applications begin with `X-`. */
export function writeProperty(name: string, value: string): Uint8Array {
  const size = new Uint8Array(valueSizeBytes);
  writeUint32(size, value.length, 0);
  return concat(latin1Bytes(`${String.fromCharCode(name.length)}${name}`), size, latin1Bytes(value));
}

/** @returns the fault of the peer's metadata; undefined when the two sockets may be connected */
export function metadataFault(own: SocketType, bytes: Uint8Array): string | undefined {
  const type = readProperty(bytes, typeProperty);
  if (type === undefined) return 'metadata without a type of socket';
  if (type === broken) return 'broken metadata';
  return partners[own].includes(type) ? undefined : 'a type of socket that does not fit';
}

const broken = Symbol('broken');

/** @returns the value of a property in metadata; undefined when it is not there, `broken` when the metadata ends before it */
function readProperty(bytes: Uint8Array, sought: string): string | typeof broken | undefined {
  let at = 0;
  while (at < bytes.length) {
    const nameEnd = at + nameSizeBytes + (bytes[at] ?? 0);
    const valueAt = nameEnd + valueSizeBytes;
    if (valueAt > bytes.length) return broken;
    const valueEnd = valueAt + readUint32(bytes, nameEnd);
    if (valueEnd > bytes.length) return broken;
    const name = latin1(bytes, at + nameSizeBytes, nameEnd);
    if (name.toLowerCase() === sought.toLowerCase()) return latin1(bytes, valueAt, valueEnd);
    at = valueEnd;
  }
  return undefined;
}

/** The value of a property that the other side need not send; undefined without it. */
export function propertyOf(bytes: Uint8Array, name: string): string | undefined {
  const value = readProperty(bytes, name);
  return value === broken ? undefined : value;
}
