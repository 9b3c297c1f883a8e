import type { Socket } from 'node:net';
import type { EventLog } from './event-log.test-support.ts';
import { createEventLog } from './event-log.test-support.ts';
import { commandFlag, createFrameReader } from '../frame-reader.ts';
import type { SocketType } from '../handshake.ts';
import { greetingBytes, writeGreeting, writeReady } from '../handshake.ts';

/** A raw peer, which sends what the test says. */
export interface RawPeer {
  /** Sends the greeting and READY of a socket type. */
  shakeHands(type: SocketType, minor?: 0 | 1): void;
  frame(flags: number, body: string): void;
  /** What it received: commands in angle brackets, without the length of their name; messages as text. */
  readonly heard: EventLog<string>;
}

export function rawPeer(socket: Socket): RawPeer {
  const heard = createEventLog<string>();
  let greeted = 0;
  const reader = createFrameReader(
    { frameBytesMax: 1_000_000 },
    {
      frame(flags, bytes, start, end) {
        const command = (flags & commandFlag) !== 0;
        heard.add(command ? `<${bytes.toString('latin1', start + 1, end)}>` : bytes.toString('latin1', start, end));
      },
      fault: (what) => heard.add(`fault: ${what}`),
    },
  );
  socket.on('data', (chunk: Buffer) => {
    const skipped = Math.min(chunk.length, greetingBytes - greeted);
    greeted += skipped;
    if (skipped < chunk.length) reader.push(chunk.subarray(skipped));
  });

  function frame(flags: number, body: Buffer): void {
    socket.write(Buffer.concat([Buffer.of(flags, body.length), body]));
  }

  return {
    shakeHands(type, minor = 1) {
      const greeting = writeGreeting();
      greeting[11] = minor;
      socket.write(greeting);
      frame(commandFlag, writeReady(type));
    },
    frame: (flags, body) => frame(flags, Buffer.from(body, 'latin1')),
    heard,
  };
}
