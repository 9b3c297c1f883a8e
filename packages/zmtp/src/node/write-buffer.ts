import type { Socket } from 'node:net';
import { longHeadBytes, shortHeadBytes, shortSizeMax } from '../frame-reader.ts';

/*
 * What waits to leave on a connection. The frames of a turn are written one after the other into one piece of memory and leave
 * in one system call: most of what a small frame costs is its call.
 */

export interface WriteBuffer {
  /** Adds a frame; it leaves with the next `flush`. */
  frame(flags: number, body: Uint8Array | string): void;
  /** Bytes that were added and are not with the kernel yet. */
  waiting(): number;
  /** Of these, what a `flush` could add to what the stream has. */
  unflushed(): number;
  /** While the kernel takes nothing, what was added waits for it. */
  flush(): void;
  /** Nothing is added after it. */
  end(): void;
}

const pieceBytes = 65_536;
/** A body from here on is handed over as it is: copying it would cost more than a call. */
const largeBytes = 16_384;
const longFlag = 2;
const longSizeAt = 5;

/** Pieces that the kernel has taken whole, for the next connection that sends. Connections are many, and few send in a turn. */
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
    // Behind others it may wait for long, and would hold all of its piece.
    const waits = socket.writableLength > 0;
    socket.write(waits ? Buffer.from(bytes) : bytes);
    // Nothing waits in the stream, so the kernel has a copy of all of it.
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
      // A reader that is slow gets few large pieces, not one for each turn.
      if (socket.writableLength === 0 || !socket.writableNeedDrain) write();
    },
    end() {
      write();
      socket.end();
    },
  };
}
