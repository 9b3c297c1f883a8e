import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { onTestFinished } from 'vitest';
import { greeting, ready } from './zmtp-bytes.ts';

/* Connections without a library between the test and the wire. They send bytes that libzmq would refuse to send. */

/** Opens a TCP connection, sends these bytes and waits. */
export async function rawTcp(port: number, ...said: readonly (string | Uint8Array)[]): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port });
  // Most tests expect the peer to be cut off for these bytes.
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  for (const bytes of said) socket.write(bytes);
  socket.resume();
  return socket;
}

/** Resolves when the other side has closed every connection. A reset counts too; `once` would take it for a failure. */
export async function allClosed(sockets: readonly Socket[]): Promise<void> {
  const closed = (socket: Socket): Promise<void> => new Promise((resolve) => void socket.once('close', resolve));
  await Promise.all(sockets.filter((socket) => !socket.closed).map(closed));
}

/** A ZMTP peer after its handshake. */
export async function rawZmtp(port: number, socketType: 'PUB' | 'SUB'): Promise<Socket> {
  const socket = await rawTcp(port, greeting(), ready(socketType));
  let heard = '';
  while (!heard.includes('READY')) heard += ((await once(socket, 'data'))[0] as Buffer).toString('latin1');
  return socket;
}
