import type { KeyPair } from '@cateto/keys/node';
import { onTestFinished } from 'vitest';
import { Subscriber, XPublisher } from 'zeromq';
import { endpointsOf } from '@cateto/verification/support/endpoints.ts';

/** A peer that follows no protocol. It learns the subscriptions of an active broker and publishes anything. */
export interface RawPeer {
  /** A complete subscribed topic that begins with this prefix. */
  topicOf(prefix: string): Promise<string>;
  /** The number of such topics. */
  topicsOf(prefix: string, count: number): Promise<readonly string[]>;
  send(...frames: (string | Uint8Array)[]): Promise<void>;
}

/** The key of a peer, and those of the brokers, the primary's first. */
export interface PeerKeys {
  readonly keyPair: KeyPair;
  readonly brokers: readonly string[];
}

/** Connects a socket to a port of both brokers, with keys or without. */
export function dialBoth(
  socket: Subscriber | XPublisher,
  brokers: string,
  port: 'publishPort' | 'subscribePort',
  keys?: PeerKeys,
): void {
  endpointsOf(brokers).forEach((endpoint, index) => {
    if (keys !== undefined) {
      // libzmq takes them for the connections that are made from now on.
      socket.curvePublicKey = keys.keyPair.publicKey;
      socket.curveSecretKey = keys.keyPair.secretKey;
      socket.curveServerKey = keys.brokers[index] ?? '';
    }
    socket.connect(`tcp://127.0.0.1:${endpoint[port]}`);
  });
}

export function rawPeer(brokers: string, keys?: PeerKeys): RawPeer {
  const publisher = new XPublisher({ linger: 0 });
  dialBoth(publisher, brokers, 'publishPort', keys);
  onTestFinished(() => publisher.close());
  const topics = new Set<string>();

  async function topicsOf(prefix: string, count: number): Promise<readonly string[]> {
    for (;;) {
      const known = [...topics].filter((topic) => topic.startsWith(prefix));
      if (known.length >= count) return known;
      const [frame] = await publisher.receive();
      if (frame !== undefined && frame[0] === 1) topics.add(frame.toString('latin1', 1));
    }
  }

  return {
    topicOf: async (prefix) => (await topicsOf(prefix, 1))[0] ?? '',
    topicsOf,
    send: (...frames) => publisher.send(frames.map((frame) => Buffer.from(frame))),
  };
}

/** All messages that a subscriber to one prefix receives from both brokers. */
export function rawSubscriber(brokers: string, prefix: string): Subscriber {
  const subscriber = new Subscriber({ linger: 0 });
  for (const { subscribePort } of endpointsOf(brokers)) subscriber.connect(`tcp://127.0.0.1:${subscribePort}`);
  subscriber.subscribe(prefix);
  onTestFinished(() => subscriber.close());
  return subscriber;
}
