import { once } from 'node:events';
import type { Socket } from 'node:net';
import { expect, test, vi } from 'vitest';
import { createFrameReader } from '../frame-reader.ts';
import { loopback } from './loopback.test-support.ts';
import type { WriteBuffer } from '../write-buffer.ts';
import { copiedBelowBytes, createWriteBuffer } from '../write-buffer.ts';
import { attach } from './network.ts';

const longFlag = 2;

function writeBufferOf(socket: Socket): WriteBuffer {
  let buffer: WriteBuffer | undefined;
  attach(socket, (stream) => {
    const { drained } = (buffer = createWriteBuffer(stream));
    return { heard: () => undefined, drained, closed: () => undefined };
  });
  if (buffer === undefined) throw new Error('not attached');
  return buffer;
}

/** A body whose bytes depend on its size and index. */
function bodyOf(size: number, index: number): Buffer {
  const body = Buffer.alloc(size, index % 251);
  if (size >= 4) body.writeUInt32BE(index, size - 4);
  return body;
}

/** Reads this many frames and compares each with the one that was sent. */
async function expectFrames(far: Socket, sizes: readonly number[]): Promise<void> {
  let read = 0;
  const reader = createFrameReader(
    { frameBytesMax: 1_000_000 },
    {
      frame(flags, bytes, start, end) {
        const body = bodyOf(sizes[read] ?? -1, read);
        if ((flags & ~longFlag) !== read % 2 || !body.equals(bytes.subarray(start, end))) {
          expect.unreachable(`frame ${read} of ${body.length} bytes is another`);
        }
        read += 1;
      },
      fault: (what) => expect.unreachable(what),
    },
  );
  for await (const chunk of far) {
    reader.push(chunk as Buffer);
    if (read === sizes.length) break;
  }
  expect(read).toBe(sizes.length);
}

function add(writeBuffer: WriteBuffer, size: number, index: number): void {
  const body = bodyOf(size, index);
  writeBuffer.frame(index % 2, index % 3 === 0 ? body.toString('latin1') : body);
  // Its sender may reuse the memory.
  if (size < copiedBelowBytes) body.fill(0xee);
}

const sizesAround = [
  0, 1, 255, 256, 257, 16_383, 16_384, 16_385, 49_151, 49_152, 65_526, 65_527, 65_528, 65_536, 65_537, 200_000,
];

test('frames of every size arrive unchanged', async () => {
  const [near, far] = await loopback();
  const writeBuffer = writeBufferOf(near);
  const sizes = [...sizesAround, ...sizesAround.toReversed(), ...sizesAround];
  // Frames that fill a piece exactly, or exceed it by a byte.
  sizes.push(16_375, 16_375, 16_375, 16_375, 16_384, 16_375, 16_375, 16_375, 16_376);
  sizes.forEach((size, index) => add(writeBuffer, size, index));
  writeBuffer.flush();
  await expectFrames(far, sizes);
  expect(writeBuffer.waiting()).toBe(0);
});

test('frames arrive unchanged when the other side reads late and other connections send meanwhile', async () => {
  const [[near, far], [other, otherFar]] = [await loopback(), await loopback()];
  const [writeBuffer, others] = [writeBufferOf(near), writeBufferOf(other)];
  otherFar.resume();
  const sizes: number[] = [];
  // Far more than the kernel buffers, in turns of one frame and of many.
  while (writeBuffer.waiting() < 8_000_000) {
    const size = sizesAround[sizes.length % sizesAround.length] ?? 0;
    add(writeBuffer, size, sizes.length);
    sizes.push(size);
    if (sizes.length % 5 < 2) writeBuffer.flush();
    others.frame(0, Buffer.alloc(10_000, 0xee));
    others.flush();
  }
  writeBuffer.flush();
  await expectFrames(far, sizes);
});

test('small frames of many turns take only their own bytes of memory while the other side does not read', async () => {
  const [near, far] = await loopback();
  const writeBuffer = writeBufferOf(near);
  const sizes: number[] = [];
  const before = process.memoryUsage().arrayBuffers;
  const sendSmall = (): void => {
    add(writeBuffer, 30, sizes.length);
    sizes.push(30);
    writeBuffer.flush();
  };
  while (near.writableLength === 0) {
    add(writeBuffer, 10_000, sizes.length);
    sizes.push(10_000);
    writeBuffer.flush();
  }
  const writing = vi.spyOn(near, 'write');
  for (let turn = 0; turn < 10_000; turn += 1) sendSmall();
  expect(writeBuffer.waiting()).toBeGreaterThan(320_000);
  // As many as the stream takes before it signals backpressure, then none.
  expect(writing.mock.calls.length * 32).toBeLessThanOrEqual(near.writableHighWaterMark);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(5_000_000);
  await expectFrames(far, sizes);
});

test('the last frames leave without another flush once the other side reads', async () => {
  const [near, far] = await loopback();
  const writeBuffer = writeBufferOf(near);
  const sizes: number[] = [];
  while (near.writableLength < 1_000_000) {
    add(writeBuffer, 60_000, sizes.length);
    sizes.push(60_000);
  }
  add(writeBuffer, 5, sizes.length);
  sizes.push(5);
  writeBuffer.flush();
  await expectFrames(far, sizes);
});

test('the end of a connection follows everything that was added', async () => {
  const [near, far] = await loopback();
  const writeBuffer = writeBufferOf(near);
  const sizes: number[] = [];
  while (near.writableLength < 1_000_000) {
    add(writeBuffer, 60_000, sizes.length);
    sizes.push(60_000);
  }
  add(writeBuffer, 5, sizes.length);
  sizes.push(5);
  writeBuffer.end();
  const closed = once(near, 'close');
  await expectFrames(far, sizes);
  await closed;
});

test('frames added after the end or the loss of a connection are dropped without an error', async () => {
  for (const over of [(near: Socket) => near.destroy(), (near: Socket) => near.end()]) {
    const [near] = await loopback();
    const writeBuffer = writeBufferOf(near);
    writeBuffer.frame(0, 'before');
    over(near);
    for (const size of sizesAround) writeBuffer.frame(0, bodyOf(size, 1));
    writeBuffer.flush();
    writeBuffer.end();
    near.destroy();
    await once(near, 'close');
    writeBuffer.frame(0, 'behind');
    writeBuffer.flush();
    writeBuffer.end();
    expect(writeBuffer.waiting()).toBe(0);
  }
});
