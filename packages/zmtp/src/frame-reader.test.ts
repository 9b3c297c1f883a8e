import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFrameReader, longHeadBytes } from './frame-reader.ts';

interface Frame {
  readonly flags: number;
  readonly body: Uint8Array;
}

const frameBytesMax = 600;
const longFlag = 2;

function encoded({ flags, body }: Frame, long: boolean): Buffer {
  if (!long && body.length <= 255) return Buffer.concat([Buffer.of(flags, body.length), body]);
  const head = Buffer.alloc(longHeadBytes);
  head[0] = flags | longFlag;
  head.writeBigUInt64BE(BigInt(body.length), 1);
  return Buffer.concat([head, body]);
}

/** The frames that a reader reported. They are not copied here, as a receiver may keep them. */
function readerOf(limit = frameBytesMax) {
  const frames: Frame[] = [];
  const faults: string[] = [];
  const reader = createFrameReader(
    { frameBytesMax: limit },
    {
      frame: (flags, bytes, start, end) =>
        void frames.push({ flags: flags & ~longFlag, body: viewOf(bytes.subarray(start, end)) }),
      fault: (what) => void faults.push(what),
    },
  );
  return { reader, frames, faults };
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** Cuts bytes into chunks of the given lengths, which repeat. */
function chunksOf(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = lengths[chunks.length % lengths.length] ?? 1;
    // Each chunk has memory of its own, as from a socket.
    chunks.push(Buffer.from(Uint8Array.from(bytes.subarray(at, at + length)).buffer));
    at += length;
  }
  return chunks;
}

const aFrame = fc.record({
  flags: fc.constantFrom(0, 1, 4),
  body: fc
    .oneof(
      fc.uint8Array({ maxLength: 6 }),
      fc.uint8Array({ minLength: 250, maxLength: 260 }),
      fc.uint8Array({ maxLength: 600 }),
    )
    .map((bytes) => Buffer.from(bytes)),
});
const cuts = fc.oneof(fc.constant([1]), fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 12 }));

test('frames come out whole and in order wherever the stream is cut, and keep their bytes when the memory of the stream is reused', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(aFrame, fc.boolean()), { maxLength: 12 }), cuts, (sent, lengths) => {
      const { reader, frames, faults } = readerOf();
      for (const chunk of chunksOf(Buffer.concat(sent.map(([frame, long]) => encoded(frame, long))), lengths)) {
        reader.push(chunk);
        chunk.fill(0xee);
      }
      expect(frames).toEqual(sent.map(([frame]) => frame));
      expect(faults).toEqual([]);
      expect(reader.held()).toBe(0);
    }),
  );
});

test('the memory for partial frames grows with the bytes received, up to twice the limit, whatever size a frame announces', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4_000 }), cuts, fc.integer({ min: 0, max: 4_000 }), (size, lengths, come) => {
      const { reader } = readerOf(size);
      const stream = encoded({ flags: 0, body: Buffer.alloc(size) }, true).subarray(
        0,
        longHeadBytes + Math.min(come, size - 1),
      );
      let arrived = 0;
      for (const chunk of chunksOf(stream, lengths)) {
        reader.push(chunk);
        arrived += chunk.length;
        expect(reader.held()).toBeLessThanOrEqual(Math.min(2 * arrived, 2 * (size + longHeadBytes)));
      }
    }),
    { numRuns: 50 },
  );
});

describe('faulty frames', () => {
  const good = encoded({ flags: 0, body: Buffer.from('good') }, false);

  test.each([
    [
      'a frame above the limit',
      encoded({ flags: 0, body: Buffer.alloc(frameBytesMax + 1) }, true),
      'a frame above the limit',
    ],
    ['a header that announces 16 EiB', Buffer.of(2, ...Buffer.alloc(8, 0xff)), 'a frame above the limit'],
    ['a header that announces 4 GiB and a little', Buffer.of(2, 0, 0, 0, 1, 0, 0, 0, 1), 'a frame above the limit'],
    ['an unknown flag', Buffer.of(8, 0), 'not a ZMTP frame'],
  ])('the reader reports %s, and reads nothing after it', (_what, bad, fault) => {
    for (const lengths of [[1], [1_000]]) {
      const { reader, frames, faults } = readerOf();
      for (const chunk of chunksOf(Buffer.concat([good, bad, good]), lengths)) reader.push(chunk);
      expect(frames.map(({ body }) => String(body))).toEqual(['good']);
      expect(faults).toEqual([fault]);
      expect(reader.held()).toBe(0);
    }
  });
});

test('a frame of exactly the limit is accepted', () => {
  const { reader, frames } = readerOf();
  reader.push(encoded({ flags: 0, body: Buffer.alloc(frameBytesMax) }, true));
  expect(frames).toHaveLength(1);
});

test('a stopped reader reports nothing more, not even from the same chunk', () => {
  const taken: number[] = [];
  const reader = createFrameReader(
    { frameBytesMax },
    {
      frame(_flags, bytes, start) {
        taken.push(bytes[start] ?? -1);
        reader.stop();
      },
      fault: () => expect.unreachable(),
    },
  );
  reader.push(Buffer.of(0, 1, 7, 0, 1, 8));
  reader.push(Buffer.of(0, 1, 9, 255));
  expect(taken).toEqual([7]);
});

test('no bytes make the reader throw, and it holds no more than it received', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 10 }), (chunks) => {
      const { reader, faults } = readerOf(100);
      for (const chunk of chunks) reader.push(Buffer.from(chunk));
      expect(faults.length).toBeLessThanOrEqual(1);
      expect(reader.held()).toBeLessThanOrEqual(2 * chunks.reduce((sum, { length }) => sum + length, 0));
    }),
  );
});
