import type { OnReadOpts, SocketConstructorOpts } from 'node:net';
import { Socket } from 'node:net';

/*
 * One piece of memory into which all connections of a process read. Without it, Node takes 64 KiB for each read and gives
 * most of it back, even for the nine bytes of a PONG: 40 µs for each of 180 reads a second, more than all else that a
 * read costs.
 */

const readBytes = 65_536;
const readInto = Buffer.allocUnsafeSlow(readBytes);

/**
 * @param take gets bytes that the next read overwrites
 * @returns the option `onread` of a socket
 */
export function intoReadBuffer(take: (chunk: Buffer) => void): OnReadOpts {
  return {
    buffer: readInto,
    callback(bytes: number) {
      take(readInto.subarray(0, bytes));
      return true;
    },
  };
}

/** Node does not declare the kernel's connection behind a socket, nor a socket around such a connection. */
interface WithHandle {
  _handle?: object | null;
}
type SocketOptions = SocketConstructorOpts & { readonly handle: object; readonly onread: OnReadOpts };

/**
 * Gives an accepted connection a socket that reads into the memory of all. Node offers that only to sockets that dial.
 *
 * @param accepted has read nothing yet (`pauseOnConnect`); its server counts it until the socket has closed
 * @param take gets bytes that the next read overwrites
 */
export function takeAccepted(accepted: Socket, take: (socket: Socket) => (chunk: Buffer) => void): Socket {
  const holder = accepted as WithHandle;
  const handle = holder._handle;
  if (handle === undefined || handle === null) return readAsNodeDoes(accepted, take);
  holder._handle = null;
  let taken: ((chunk: Buffer) => void) | undefined;
  const options: SocketOptions = { handle, onread: intoReadBuffer((chunk) => taken?.(chunk)) };
  const socket = new Socket(options);
  taken = take(socket);
  socket.once('close', () => accepted.destroy());
  return socket;
}

/** In a version of Node that keeps the connection to itself. */
function readAsNodeDoes(accepted: Socket, take: (socket: Socket) => (chunk: Buffer) => void): Socket {
  accepted.on('data', take(accepted));
  return accepted;
}
