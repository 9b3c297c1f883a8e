import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { onTestFinished } from 'vitest';

/** A ZMTP 3.0 peer without a library. It sends what libzmq would filter or refuse to send. */
export interface RawZmtp {
  /** Sends one message of frames of up to 255 bytes. */
  send(...frames: string[]): void;
}

const moreFlag = 1;
const commandFlag = 4;

export async function rawZmtp(port: number, socketType: 'PUB' | 'SUB'): Promise<RawZmtp> {
  const socket = connect({ host: '127.0.0.1', port });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  const heard = readyHeard(socket);
  socket.write(greeting());
  socket.write(
    frame(commandFlag, Buffer.concat([Buffer.from('\x05READY\x0bSocket-Type\0\0\0\x03'), Buffer.from(socketType)])),
  );
  await heard;
  return {
    send(...frames) {
      frames.forEach((body, index) => {
        socket.write(frame(index < frames.length - 1 ? moreFlag : 0, Buffer.from(body, 'latin1')));
      });
    },
  };
}

/** Resolves when the other side has sent its greeting of 64 bytes and its READY. From then on it accepts messages. */
async function readyHeard(socket: Socket): Promise<void> {
  let heard = '';
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    heard += (chunk as Buffer).toString('latin1');
    if (heard.includes('READY')) break;
  }
  socket.resume();
}

function greeting(): Buffer {
  const bytes = Buffer.alloc(64);
  bytes.set([0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f, 3, 0]);
  bytes.write('NULL', 12);
  return bytes;
}

function frame(flags: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.of(flags, body.length), body]);
}
