import type { Socket } from 'node:net';
import type { EventLog } from './event-log.test-support.ts';
import { createEventLog } from './event-log.test-support.ts';
import { commandFlag, createFrameReader } from '../frame-reader.ts';
import { latin1 } from '../bytes.ts';
import { greetingBytes, writeGreeting } from '../greeting.ts';
import { nullMechanism } from '../mechanism.ts';
import type { SocketType } from '../metadata.ts';
import { writeMetadata } from '../metadata.ts';

/** A raw peer, which sends what the test says. */
export interface RawPeer {
  /** Sends the greeting and READY of a socket type. */
  shakeHands(type: SocketType, minor?: 0 | 1): void;
  frame(flags: number, body: string): void;
  /** The received frames: commands in angle brackets, without the length of their name; messages as text. */
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
        heard.add(command ? `<${latin1(bytes, start + 1, end)}>` : latin1(bytes, start, end));
      },
      fault: (what) => heard.add(`fault: ${what}`),
    },
  );
  socket.on('data', (chunk: Buffer) => {
    const skipped = Math.min(chunk.length, greetingBytes - greeted);
    greeted += skipped;
    if (skipped < chunk.length) reader.push(chunk.subarray(skipped));
  });

  function frame(flags: number, body: Uint8Array): void {
    socket.write(Buffer.concat([Buffer.of(flags, body.length), body]));
  }

  return {
    shakeHands(type, minor = 1) {
      const greeting = writeGreeting(nullMechanism, 'client');
      greeting[11] = minor;
      socket.write(greeting);
      frame(commandFlag, Buffer.from(`\x05READY${latin1(writeMetadata(type))}`, 'latin1'));
    },
    frame: (flags, body) => frame(flags, Buffer.from(body, 'latin1')),
    heard,
  };
}
