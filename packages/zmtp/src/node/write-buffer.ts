import type { Socket } from 'node:net';
import { longHeadBytes, shortHeadBytes, shortSizeMax } from '../frame-reader.ts';

/*
 * The bytes that wait to leave on a connection. All frames of a turn are written into one piece of memory and leave in
 * one system call, because most of the cost of a small frame is its system call.
 */

export interface WriteBuffer {
  /** Adds a frame; it leaves with the next `flush`. */
  frame(flags: number, body: Uint8Array | string): void;
  /** Bytes that were added and not yet taken by the kernel. */
  waiting(): number;
  /** The part of these that a `flush` would add to the stream. */
  unflushed(): number;
  /** Writes what was added. While the kernel takes nothing, it waits here. */
  flush(): void;
  /** Ends the connection; nothing may be added afterwards. */
  end(): void;
}

const pieceBytes = 65_536;
/** A body from this size on is passed on without copying: copying would cost more than a system call. */
const largeBytes = 16_384;
const longFlag = 2;
const longSizeAt = 5;

/**
 * Pieces of memory that the kernel has fully copied, for reuse by any connection. Connections are many, but few send in
 * the same turn.
 */
const spares: Buffer[] = [];
const sparesMax = 16;

export function createWriteBuffer(socket: Socket): WriteBuffer {
  let piece: Buffer | undefined;
  let used = 0;
  socket.on('drain', write);

  function room(bytes: number): Buffer {
    if (piece !== undefined && used + bytes <= pieceBytes) return piece;
    write();
    piece = spares.pop() ?? Buffer.allocUnsafeSlow(pieceBytes);
    return piece;
  }

  function writeHead(into: Buffer, flags: number, size: number): void {
    if (size <= shortSizeMax) {
      into[used] = flags;
      into[used + 1] = size;
      used += shortHeadBytes;
    } else {
      into[used] = flags | longFlag;
      into.writeUInt32BE(0, used + 1);
      into.writeUInt32BE(size, used + longSizeAt);
      used += longHeadBytes;
    }
  }

  function write(): void {
    if (piece === undefined) return;
    const full = piece;
    const bytes = full.subarray(0, used);
    piece = undefined;
    used = 0;
    if (!socket.writable) return;
    // A small body behind others may wait long, and would keep its whole piece in memory.
    const waits = socket.writableLength > 0;
    socket.write(waits ? Buffer.from(bytes) : bytes);
    // Nothing waits in the stream, so the kernel has copied everything.
    if ((waits || socket.writableLength === 0) && spares.length < sparesMax) spares.push(full);
  }

  return {
    frame(flags, body) {
      const size = body.length;
      if (size < largeBytes) {
        const into = room(longHeadBytes + size);
        writeHead(into, flags, size);
        if (typeof body === 'string') into.write(body, used, size, 'latin1');
        else into.set(body, used);
        used += size;
        return;
      }
      writeHead(room(longHeadBytes), flags, size);
      write();
      if (socket.writable) socket.write(typeof body === 'string' ? Buffer.from(body, 'latin1') : body);
    },
    waiting: () => used + socket.writableLength,
    unflushed: () => used,
    flush() {
      // A slow reader gets few large pieces instead of one for each turn.
      if (socket.writableLength === 0 || !socket.writableNeedDrain) write();
    },
    end() {
      write();
      socket.end();
    },
  };
}
