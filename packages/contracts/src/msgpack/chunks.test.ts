import { expect, test } from 'vitest';
import { chunkBytes, chunksMax } from '../messages/limits.ts';
import { encodeValue } from './codec.ts';
import type { Chunk } from './chunks.ts';
import { chunkAt, chunkCount, isChunk, readChunk, writeChunk } from './chunks.ts';

const sender = 'aaaaaaaaaaaa';
const full = new Uint8Array(chunkBytes).fill(7);
const chunk: Chunk = { sender, body: 3, index: 0, count: 2, bytes: full };

test('a chunk is read as it was written', () => {
  expect(isChunk(writeChunk(chunk))).toBe(true);
  expect(readChunk(writeChunk(chunk))).toEqual(chunk);
});

test('a chunk shares the memory of its frame if little else is in it, and none of that of many frames', () => {
  const encoded = writeChunk(chunk).slice();
  expect(readChunk(encoded)?.bytes.buffer).toBe(encoded.buffer);
  const many = new Uint8Array(3 * encoded.length);
  many.set(encoded);
  expect(readChunk(many.subarray(0, encoded.length))?.bytes.buffer.byteLength).toBe(chunk.bytes.length);
});

test('a batch is not taken for a chunk, whatever it has', () => {
  for (const batch of [
    [sender, 1, []],
    [sender, 1, [], [2]],
  ]) {
    expect(isChunk(encodeValue(batch))).toBe(false);
  }
});

test.each([
  ['the last chunk is shorter', { ...chunk, index: 1, bytes: new Uint8Array(1) }],
  ['a query is empty', { ...chunk, bytes: new Uint8Array() }],
  ['a body has the largest number', { ...chunk, body: Number.MAX_SAFE_INTEGER }],
  ['a body has the most chunks', { ...chunk, count: chunksMax }],
])('a chunk is read when %s', (_what, given) => {
  expect(readChunk(writeChunk(given))).toEqual(given);
});

test.each([
  ['counts 2^53 chunks', [sender, 1, 0, 2 ** 53, full]],
  ['counts more chunks than a body has', [sender, 1, 0, chunksMax + 1, full]],
  ['counts one chunk', [sender, 1, 0, 1, full]],
  ['is behind the last chunk', [sender, 1, 2, 2, full]],
  ['has a negative place', [sender, 1, -1, 2, full]],
  ['has a place between two others', [sender, 1, 0.5, 2, full]],
  ['has body 0', [sender, 0, 0, 2, full]],
  ['has a body beyond 2^53', [sender, 2 ** 60, 0, 2, full]],
  ['is too short and not the last', [sender, 1, 0, 2, new Uint8Array(chunkBytes - 1)]],
  ['is too long', [sender, 1, 1, 2, new Uint8Array(chunkBytes + 1)]],
  ['carries a text', [sender, 1, 0, 2, 'x'.repeat(chunkBytes)]],
  ['has a sender that is no address', ['A', 1, 0, 2, full]],
  ['has six fields', [sender, 1, 0, 2, full, 1]],
  ['is a map', { sender }],
])('what %s is not a chunk', (_what, fields) => {
  expect(readChunk(encodeValue(fields))).toBeUndefined();
});

test('bytes that are cut off are not a chunk', () => {
  expect(readChunk(writeChunk(chunk).subarray(0, 100))).toBeUndefined();
});

test('the chunks of a body are its bytes in order', () => {
  const body = new Uint8Array(2 * chunkBytes + 5).map((_, at) => at % 251);
  const chunks = Array.from({ length: chunkCount(body.length) }, (_, index) => chunkAt(body, index));
  expect(chunks.map(({ length }) => length)).toEqual([chunkBytes, chunkBytes, 5]);
  expect(Buffer.concat(chunks).equals(body)).toBe(true);
});
