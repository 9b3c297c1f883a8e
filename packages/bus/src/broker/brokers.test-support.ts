import { freePorts } from '@cateto/cluster';
import type { Beat, BrokerEndpoint } from '@cateto/contracts';
import { decodeBeat } from '@cateto/contracts';
import { onTestFinished } from 'vitest';
import { Subscriber, XPublisher } from 'zeromq';
import type { BusEvent } from '../participant/events.ts';
import { readMessages } from '../link/zeromq/read-messages.ts';
import type { RunningBroker } from './running-broker.ts';
import { startBroker } from './start-broker.ts';

/* Brokers with real sockets on free ports of loopback, and the peers that tests connect to them. */

export async function freeBroker(): Promise<BrokerEndpoint> {
  const [publishPort = 0, subscribePort = 0, heartbeatPort = 0] = await freePorts(3);
  return { host: '127.0.0.1', publishPort, subscribePort, heartbeatPort };
}

export async function freeBrokers(): Promise<readonly [BrokerEndpoint, BrokerEndpoint]> {
  return [await freeBroker(), await freeBroker()];
}

export interface Started {
  readonly running: RunningBroker;
  /** Resolves with the first event of a kind, past or future. */
  seen(event: BusEvent['event']): Promise<BusEvent>;
  readonly events: readonly BusEvent[];
}

export async function start(rank: 'primary' | 'backup', brokers: readonly BrokerEndpoint[]): Promise<Started> {
  const events: BusEvent[] = [];
  const waiting = new Set<() => void>();
  const running = await startBroker({
    rank,
    brokers,
    bind: '127.0.0.1',
    heartbeatMs: 50,
    peerLostMs: 200,
    onEvent(event) {
      events.push(event);
      for (const wake of waiting) wake();
    },
  });
  onTestFinished(() => running.close());
  return {
    running,
    events,
    async seen(event) {
      for (;;) {
        const found = events.find((one) => one.event === event);
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => waiting.add(resolve));
      }
    },
  };
}

export function publisherTo({ publishPort }: BrokerEndpoint): XPublisher {
  const publisher = new XPublisher({ linger: 0, immediate: true, sendTimeout: 0 });
  publisher.connect(`tcp://127.0.0.1:${publishPort}`);
  onTestFinished(() => publisher.close());
  return publisher;
}

/** The messages of a subscriber, in order. */
export interface Heard {
  receive(): Promise<readonly Buffer[]>;
  close(): void;
}

/**
 * The subscriber is always read. An unread subscriber does not subscribe again after its connection was lost, and a
 * busy machine alone can cause that.
 */
export function subscriberTo({ subscribePort }: BrokerEndpoint, ...prefixes: string[]): Heard {
  const subscriber = new Subscriber({ linger: 0 });
  // ZMQ_SNDHWM. Without it, subscriptions beyond 1,000 are lost.
  (subscriber as unknown as { setInt32Option(option: number, value: number): void }).setInt32Option(23, 0);
  subscriber.connect(`tcp://127.0.0.1:${subscribePort}`);
  subscriber.subscribe(...prefixes);
  onTestFinished(() => subscriber.close());
  const heard: (readonly Buffer[])[] = [];
  let wake: (() => void) | undefined;
  void readMessages(subscriber, (frames) => {
    heard.push(frames);
    wake?.();
    return undefined;
  });
  return {
    async receive() {
      for (;;) {
        const first = heard.shift();
        if (first !== undefined) return first;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    close: () => subscriber.close(),
  };
}

/** Subscriptions as a publisher receives them, up to the first one that fits. */
export async function subscriptionsUntil(publisher: XPublisher, last: (topic: string) => boolean): Promise<string[]> {
  const topics: string[] = [];
  for (;;) {
    const [frame] = await publisher.receive();
    const topic = frame?.toString('latin1', 1) ?? '';
    topics.push(topic);
    if (last(topic)) return topics;
  }
}

export const isMarker = (topic: string): boolean => topic.startsWith('calc.broker.');

/** The first beat of a broker that fits. */
export async function beatOf({ heartbeatPort }: BrokerEndpoint, fits: (beat: Beat) => boolean): Promise<Beat> {
  const subscriber = new Subscriber({ linger: 0 });
  subscriber.connect(`tcp://127.0.0.1:${heartbeatPort}`);
  subscriber.subscribe();
  try {
    for (;;) {
      const [body] = await subscriber.receive();
      const beat = body === undefined ? undefined : decodeBeat(body);
      if (beat !== undefined && fits(beat)) return beat;
    }
  } finally {
    subscriber.close();
  }
}

/** A valid address, different for each index. */
export function addressOf(index: number): string {
  return String(index).padStart(12, '0');
}
