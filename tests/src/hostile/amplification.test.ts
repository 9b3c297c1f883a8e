import { createCodec, limits, readNamed, readStatusResult } from '@cateto/contracts';
import { expect, test } from 'vitest';

/*
 * The memory cost of the worst bodies of a frame's size. A number takes one byte on the wire and 8 here; everything
 * that takes more is bounded in number. Beyond that, a reader may copy or note nothing for each part.
 */

const framesMax = 20;
const codec = createCodec();
const bytes = limits.frameBytesMax - 64;

const units = {
  nils: [0xc0],
  numbers: [0xcb, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0],
  texts: [0xa1, 0x61],
  'empty objects': [0x80],
  'empty lists': [0x90],
  'objects of one key': [0x81, 0xa1, 0x61, 0xc0],
  'nested lists': [0x91, 0x91, 0x91, 0x91, 0x91, 0x91, 0x91, 0x91, 0xc0],
};

const sender = [0xac, ...Buffer.from('strangestran'), 1];
/** The bytes around the many parts, given the head of their list. */
const places = {
  'appended to the batch': (count: number) => [...list32(count + 3), ...sender, 0x90],
  'as its messages': (count: number) => [0x93, ...sender, ...list32(count)],
  'as the value of a result': (count: number) => [0x93, ...sender, 0x91, 0x94, 1, 0, ...list32(count)],
};

function list32(length: number): number[] {
  return [0xdd, (length >>> 24) & 255, (length >>> 16) & 255, (length >>> 8) & 255, length & 255];
}

/** A frame full of these parts, and as many of them as a body may have. */
const counts = {
  'a frame full of': (unitBytes: number) => Math.floor(bytes / unitBytes),
  'as many as may be': (unitBytes: number) => Math.floor(Math.min(bytes, limits.partsMax - 16) / unitBytes),
};

const cases = Object.keys(counts).flatMap((most) =>
  Object.keys(units).flatMap((what) => Object.keys(places).map((where) => [most, what, where] as const)),
);

test.each(cases)('%s %s, %s, take no more than twenty frames', (most, what, where) => {
  const unit = units[what as keyof typeof units];
  const count = counts[most as keyof typeof counts](unit.length);
  const parts = Buffer.alloc(count * unit.length, Uint8Array.from(unit));
  const after = where === 'as the value of a result' ? [0x90] : [];
  const body = Buffer.concat([
    Uint8Array.from(places[where as keyof typeof places](count)),
    parts,
    Uint8Array.from(after),
  ]);
  const before = memory();
  const batch = codec.decode(body);
  if (typeof batch !== 'string') {
    for (const message of batch.messages) {
      readStatusResult(message);
      readNamed('calc.hypotenuse.result', message);
    }
  }
  // A collection during the measurement reduces the figure, and never raises it.
  expect(memory() - before).toBeLessThan(framesMax * limits.frameBytesMax);
});

function memory(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
