import { endpointsOf } from '@cateto/verification/support/endpoints.ts';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { onTestFinished } from 'vitest';
import { Subscriber } from 'zeromq';
import type { PeerKeys } from '../support/raw.ts';
import { dialBoth } from '../support/raw.ts';
import { greeting, ready, zmtpFrame } from './zmtp-bytes.ts';

/* Strangers that come and go all the time, at every port of both brokers. */

/** What a stranger says when it is connected. */
const openings: readonly (readonly (string | Uint8Array)[])[] = [
  [],
  ['GET / HTTP/1.1\r\n\r\n'],
  [greeting().subarray(0, 10)],
  [greeting(), ready('SUB'), zmtpFrame(0, '\x01calc.')],
  [greeting('CURVE')],
  [greeting('CURVE'), zmtpFrame(4, `\x05HELLO\x01\0${'x'.repeat(192)}`)],
];

const handshakesEvery = 10;
const tickMs = 50;
/** How many connections stay open before the oldest is closed. */
const openMax = 500;

export interface Arrivals {
  /** @returns how many have come */
  stop(): Promise<number>;
}

/** @param unlisted a key that no list has: every tenth stranger makes a whole handshake with it */
export function strangersArriving(brokers: string, unlisted: PeerKeys, perSecond: number): Arrivals {
  const ports = endpointsOf(brokers).flatMap((one) => [one.publishPort, one.subscribePort, one.heartbeatPort]);
  const open: { close(): void }[] = [];
  let arrived = 0;

  function arrive(): void {
    arrived += 1;
    open.push(arrived % handshakesEvery === 0 ? handshaking() : speaking(arrived));
    if (open.length > openMax) open.shift()?.close();
  }

  function speaking(number: number): { close(): void } {
    const socket: Socket = connect({ host: '127.0.0.1', port: ports[number % ports.length] ?? 0 });
    // Brokers cut strangers off.
    socket.on('error', () => undefined);
    socket.resume();
    for (const bytes of openings[number % openings.length] ?? []) socket.write(bytes);
    return { close: () => void socket.destroy() };
  }

  function handshaking(): { close(): void } {
    const subscriber = new Subscriber({ linger: 0 });
    dialBoth(subscriber, brokers, 'subscribePort', unlisted);
    subscriber.subscribe('calc.');
    return subscriber;
  }

  const startedMs = performance.now();
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedMs) / 1_000) * perSecond);
    while (arrived < due) arrive();
  }, tickMs);

  function stop(): Promise<number> {
    clearInterval(timer);
    for (const one of open.splice(0)) one.close();
    return Promise.resolve(arrived);
  }

  onTestFinished(async () => void (await stop()));
  return { stop };
}
