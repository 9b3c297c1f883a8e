import { createCodec, limits, readNamed, readStatusResult } from '@cateto/contracts';
import { expect, test } from 'vitest';

/*
 * What the worst bodies of a frame's size cost in memory. An empty object is one byte on the wire and 64 here: no decoder
 * that makes objects does better. Beyond that nothing may be copied or noted for each part.
 */

const timesMax = 100;
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
/** What stands around the many parts, given the head of their list. */
const places = {
  'appended to the batch': (count: number) => [...list32(count + 3), ...sender, 0x90],
  'as its messages': (count: number) => [0x93, ...sender, ...list32(count)],
  'as the value of a result': (count: number) => [0x93, ...sender, 0x91, 0x94, 1, 0, ...list32(count)],
};

function list32(length: number): number[] {
  return [0xdd, (length >>> 24) & 255, (length >>> 16) & 255, (length >>> 8) & 255, length & 255];
}

const cases = Object.keys(units).flatMap((what) => Object.keys(places).map((where) => [what, where] as const));

test.each(cases)('a frame full of %s %s takes a hundred times its size at most', (what, where) => {
  const unit = units[what as keyof typeof units];
  const count = Math.floor(bytes / unit.length);
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
  // A collection on the way makes it less, never more.
  expect((memory() - before) / body.length).toBeLessThan(timesMax);
});

function memory(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
