import { addressLength, topicPrefix } from '@cateto/contracts';
import type { Tally } from '../tally.ts';
import type { Frames, RelayLink } from './relay-link.ts';
import type { Upstream } from './upstream.ts';
import { topicBytesMax } from './upstream.ts';

/*
 * The data path of a broker: whole messages from publishers to subscribers, subscriptions the other way. In JavaScript
 * and not in libzmq's proxy, so that a heartbeat means that the thing that forwards is alive.
 */

export interface Forwarding {
  published(message: Frames): void;
  subscription(frame: Buffer): void;
  /** Forwards all subscriptions upstream, the marker last. */
  activate(epoch: number): void;
  /** Withdraws the marker, then the rest. */
  deactivate(): void;
  counters(): Record<string, number>;
}

export interface ForwardingParts {
  readonly link: Pick<RelayLink, 'forward' | 'subscribe' | 'unsubscribe'>;
  readonly upstream: Upstream;
  readonly dropped: Tally;
}

const subscribeByte = 1;
const unsubscribeByte = 0;
const prefixBytes = Buffer.from(topicPrefix);
const dot = '.'.charCodeAt(0);

export function createForwarding({ link, upstream, dropped }: ForwardingParts): Forwarding {
  let forwarded = 0;

  function subscribeAll(topics: readonly string[]): void {
    for (const topic of topics) link.subscribe(topic);
  }

  function unsubscribeAll(topics: readonly string[]): void {
    for (const topic of topics) link.unsubscribe(topic);
  }

  return {
    published(message) {
      const [topic] = message;
      if (message.length !== 2 || topic === undefined) {
        dropped.count('', `${message.length} frames`);
      } else if (isTopic(topic)) {
        forwarded += 1;
        link.forward(message);
      } else {
        dropped.count('', 'no topic');
      }
    },
    subscription(frame) {
      const byte = frame[0];
      // Long enough to be seen to be too long: up to a megabyte of it need not become a string.
      const topic = frame.toString('latin1', 1, topicBytesMax + 2);
      if (byte === subscribeByte) subscribeAll(upstream.subscribed(topic));
      else if (byte === unsubscribeByte) unsubscribeAll(upstream.unsubscribed(topic));
      else dropped.count('', 'no subscription');
    },
    activate: (epoch) => subscribeAll(upstream.activate(epoch)),
    deactivate: () => unsubscribeAll(upstream.deactivate()),
    counters: () => ({ forwarded, dropped: dropped.total(), ...upstream.counters() }),
  };
}

/** Whether it begins and ends like a topic. To read every one whole would cost as much as to forward it. */
function isTopic(topic: Buffer): boolean {
  return (
    topic.length <= topicBytesMax &&
    topic[topic.length - addressLength - 1] === dot &&
    prefixBytes.compare(topic, 0, prefixBytes.length) === 0
  );
}
