import type { Beat } from '@cateto/contracts';
import { decodeBeat, encodeBeat } from '@cateto/contracts';

/*
 * The beats of a broker that forwards nothing repeat each other, 20 times a second. Encoding and decoding each of them
 * took a tenth of the processor time of an idle broker.
 */

/** @returns a function that encodes beats; the bytes stay unchanged */
export function createBeatWriter(): (beat: Beat) => Uint8Array {
  let written: Beat | undefined;
  let bytes: Uint8Array = new Uint8Array();
  return (beat) => {
    if (written === undefined || !isSame(written, beat)) {
      written = beat;
      bytes = encodeBeat(beat);
    }
    return bytes;
  };
}

function isSame(one: Beat, other: Beat): boolean {
  const { counters, ...rest } = one;
  return hasAll(other, rest) && hasAll(other.counters, counters) && hasAll(counters, other.counters);
}

function hasAll(record: object, fields: object): boolean {
  return Object.entries(fields).every(([name, value]) => record[name as keyof typeof record] === value);
}

/** @returns a function that decodes beats, and returns undefined for bytes that are not a beat */
export function createBeatReader(): (body: Uint8Array) => Beat | undefined {
  let bytes = new Uint8Array();
  let read: Beat | undefined;
  return (body) => {
    if (!isEqual(bytes, body)) {
      bytes = body.slice();
      read = decodeBeat(body);
    }
    return read;
  };
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
