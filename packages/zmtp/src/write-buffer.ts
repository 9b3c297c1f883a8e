import { copied, latin1Bytes, writeLatin1, writeUint32 } from './bytes.ts';
import { longFlag, longHeadBytes, shortHeadBytes, shortSizeMax } from './frame-reader.ts';
import type { Stream } from './network.ts';

/*
 * The bytes that wait to leave on a connection. All frames of a turn are written into one piece of memory and leave in
 * one system call, because most of the cost of a small frame is its system call.
 */

export interface WriteBuffer {
  /** Adds a frame; it leaves with the next `flush`. A body of less than {@link copiedBelowBytes} is copied at once. */
  frame(flags: number, body: Uint8Array | string): void;
  /** Bytes that were added and not yet taken by the kernel. */
  waiting(): number;
  /** The part of these that a `flush` would add to the stream. */
  unflushed(): number;
  /** Bytes of frames that the kernel has taken since the start. */
  taken(): number;
  /** Writes what was added. While the kernel takes nothing, it waits here. */
  flush(): void;
  /** The kernel has taken everything that was written. */
  drained(): void;
  /** Ends the connection; nothing may be added afterwards. */
  end(): void;
}

const pieceBytes = 65_536;
/**
 * A body from this size on is passed on without copying. A chunk of a large value is smaller, because its sender reuses
 * its memory. Copying it takes a few microseconds; a second system call for its head would take 50 or more, and wake the
 * receiver twice.
 */
export const copiedBelowBytes = 49_152;
const longSizeAt = 5;

/**
 * Pieces of memory that the kernel has fully copied, for reuse by any connection. Connections are many, but few send in
 * the same turn.
 */
const spares: Uint8Array[] = [];
const sparesMax = 16;

export function createWriteBuffer(stream: Stream): WriteBuffer {
  let piece: Uint8Array | undefined;
  let used = 0;
  let added = 0;

  function room(bytes: number): Uint8Array {
    if (piece !== undefined && used + bytes <= pieceBytes) return piece;
    write();
    piece = spares.pop() ?? new Uint8Array(pieceBytes);
    return piece;
  }

  function writeHead(into: Uint8Array, flags: number, size: number): void {
    added += size + (size <= shortSizeMax ? shortHeadBytes : longHeadBytes);
    if (size <= shortSizeMax) {
      into[used] = flags;
      into[used + 1] = size;
      used += shortHeadBytes;
    } else {
      into[used] = flags | longFlag;
      writeUint32(into, 0, used + 1);
      writeUint32(into, size, used + longSizeAt);
      used += longHeadBytes;
    }
  }

  function write(): void {
    if (piece === undefined) return;
    const full = piece;
    const bytes = full.subarray(0, used);
    piece = undefined;
    used = 0;
    if (!stream.isWritable()) return;
    // A small body behind others may wait long, and would keep its whole piece in memory.
    const waits = stream.waiting() > 0;
    stream.write(waits ? copied(bytes) : bytes);
    // Nothing waits in the stream, so the kernel has copied everything.
    if ((waits || stream.waiting() === 0) && spares.length < sparesMax) spares.push(full);
  }

  return {
    frame(flags, body) {
      const size = body.length;
      if (size < copiedBelowBytes) {
        const into = room(longHeadBytes + size);
        writeHead(into, flags, size);
        if (typeof body === 'string') writeLatin1(into, body, used);
        else into.set(body, used);
        used += size;
        return;
      }
      writeHead(room(longHeadBytes), flags, size);
      write();
      if (stream.isWritable()) stream.write(typeof body === 'string' ? latin1Bytes(body) : body);
    },
    waiting: () => used + stream.waiting(),
    taken: () => added - used - stream.waiting(),
    unflushed: () => used,
    flush() {
      // A slow reader gets few large pieces instead of one for each turn.
      if (stream.waiting() === 0 || !stream.isFull()) write();
    },
    drained: write,
    end() {
      write();
      stream.end();
    },
  };
}
