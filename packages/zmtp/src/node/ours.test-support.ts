import { onTestFinished } from 'vitest';
import { createEventLog } from './event-log.test-support.ts';
import type { SubscriberOptions } from '../subscriber.ts';
import { createSubscriber } from '../subscriber.ts';
import type { XPublisherOptions } from '../x-publisher.ts';
import { nullMechanism } from '../mechanism.ts';
import { nodeNetwork } from './network.ts';
import { createXPublisher } from '../x-publisher.ts';

/* Our ZMTP sockets as tests open them, with a record of their events. */

export const host = '127.0.0.1';

export const common = {
  mechanism: nullMechanism,
  frameBytesMax: 1_048_576,
  unsentBytesMax: 16_777_216,
  prefixBytesMax: 64,
  stallMs: 10_000,
  unsentTotalBytesMax: 134_217_728,
  heldTotalBytesMax: 67_108_864,
  admission: { connectionsMax: 1_000, handshakesMax: 1_000, handshakesOfHostMax: 1_000 },
  heartbeat: { intervalMs: 5_000, silenceMs: 10_000, ttlMs: 0 },
  handshakeMs: 1_000,
  tickMs: 50,
  reconnecting: { intervalMs: 1, intervalMaxMs: 20, connectTimeoutMs: 1_000 },
  flushSoon: (run: () => void): void => process.nextTick(run),
};

export function openSubscriber(options: Partial<SubscriberOptions> = {}) {
  const log = createEventLog<string>();
  const socket = createSubscriber(
    nodeNetwork,
    { ...common, type: 'SUB', ...options },
    {
      message: (topic, body) => log.add(`${topic}: ${Buffer.from(body).toString()}`),
      connected: () => log.add('connected'),
      dropped: (cause) => log.add(`dropped: ${cause}`),
    },
  );
  onTestFinished(() => socket.close(0));
  return { socket, log };
}

export function openXPublisher(options: Partial<XPublisherOptions> = {}) {
  const log = createEventLog<string>();
  const drained = createEventLog<number>();
  let lost = 0;
  const socket = createXPublisher(
    nodeNetwork,
    { ...common, subscriptionsMax: 1_000, subscriptionsTotalMax: 100_000, ...options },
    {
      subscription: (prefix, subscribed) => log.add(`${subscribed ? '+' : '-'}${prefix}`),
      refused: (why) => log.add(`refused: ${why}`),
      dropped: (cause) => log.add(`dropped: ${cause}`),
      lost: () => void (lost += 1),
      drained: () => drained.add(socket.unsentBytes()),
    },
  );
  onTestFinished(() => socket.close(0));
  return { socket, log, drained, lost: () => lost };
}
