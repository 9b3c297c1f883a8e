import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { onTestFinished } from 'vitest';

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

/** The first 64 bytes of ZMTP 3.0. */
export function greeting(mechanism = 'NULL'): Buffer {
  const bytes = Buffer.alloc(64);
  bytes.set([0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f, 3, 0]);
  bytes.write(mechanism, 12);
  return bytes;
}

export const moreFlag = 1;
const longFlag = 2;
export const commandFlag = 4;

/** A frame; `declared` is the length that it announces. */
export function zmtpFrame(flags: number, body: string | Uint8Array, declared?: bigint): Buffer {
  const bytes = Buffer.from(body as string, 'latin1');
  const length = declared ?? BigInt(bytes.length);
  if (length < 256n) return Buffer.concat([Buffer.of(flags, Number(length)), bytes]);
  const head = Buffer.alloc(9);
  head[0] = flags | longFlag;
  head.writeBigUInt64BE(length, 1);
  return Buffer.concat([head, bytes]);
}

export function ready(socketType: string): Buffer {
  const type = Buffer.from(socketType);
  return zmtpFrame(
    commandFlag,
    Buffer.concat([Buffer.from('\x05READY\x0bSocket-Type\0\0\0', 'latin1'), Buffer.of(type.length), type]),
  );
}

/** A ZMTP peer after its handshake. */
export async function rawZmtp(port: number, socketType: 'PUB' | 'SUB'): Promise<Socket> {
  const socket = await rawTcp(port, greeting(), ready(socketType));
  let heard = '';
  while (!heard.includes('READY')) heard += ((await once(socket, 'data'))[0] as Buffer).toString('latin1');
  return socket;
}
