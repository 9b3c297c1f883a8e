import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { commandFlag, greeting, ready, zmtpFrame } from './zmtp-bytes.ts';

/* A peer that follows no protocol, in a process of its own. It needs no library, and gives up nothing when it is cut off. */

export interface FloodPeer {
  readonly isOpen: () => boolean;
  /** Resolves when more can be sent: the kernel has taken enough, or the connection is over. */
  send(bytes: Uint8Array): Promise<void>;
  /** Stops reading. */
  ignore(): void;
  close(): void;
}

/** A connection that says nothing. */
export async function silentPeer(port: number): Promise<FloodPeer> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.setMaxListeners(0);
  // Most peers here are cut off.
  socket.on('error', () => socket.destroy());
  await once(socket, 'connect');
  socket.resume();
  return {
    isOpen: () => !socket.destroyed,
    async send(bytes) {
      // A lost connection must not turn the flood into a loop without turns.
      if (socket.destroyed) await new Promise((resolve) => setImmediate(resolve));
      else if (!socket.write(bytes)) await once(socket, 'drain');
    },
    ignore: () => void socket.pause(),
    close: () => void socket.destroy(),
  };
}

/** A peer after its handshake, or one that was cut off. */
export async function zmtpPeer(port: number, type: 'PUB' | 'SUB', minor: 0 | 1 = 1): Promise<FloodPeer> {
  const peer = await silentPeer(port);
  await peer.send(Buffer.concat([greeting('NULL', minor), ready(type)]));
  return peer;
}

/** Resolves on the event or on the close. */
function once(socket: Socket, event: 'connect' | 'drain'): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off(event, done);
      socket.off('close', done);
      resolve();
    };
    socket.on(event, done);
    socket.on('close', done);
  });
}

export function command(name: 'PING' | 'SUBSCRIBE' | 'CANCEL', body: string): Buffer {
  return zmtpFrame(commandFlag, `${String.fromCharCode(name.length)}${name}${body}`);
}

export function repeated(bytes: Buffer, times: number): Buffer {
  return Buffer.concat(Array.from({ length: times }, () => bytes));
}
