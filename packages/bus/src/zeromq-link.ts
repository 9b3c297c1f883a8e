import type { BrokerEndpoint } from '@cateto/contracts';
import type { Link, LinkEvents, OpenLink, Serving } from './link.ts';
import { readFrames } from './read-frames.ts';
import { connectSubscriber, connectXPublisher } from './sockets.ts';

const subscribedByte = 1;
/** How long what was published may take to leave after the close, at most. */
const closeLingerMs = 500;

/**
 * One XPublisher and one Subscriber, each connected to every broker. The XPublisher's receive loop always runs: it is
 * how subscriptions, and with them the listeners, become known.
 */
export function zeromqLink(brokers: readonly BrokerEndpoint[], serving: Serving): OpenLink {
  return (events) => openZeromqLink(brokers, serving, events);
}

function openZeromqLink(brokers: readonly BrokerEndpoint[], serving: Serving, events: LinkEvents): Link {
  const publisher = connectXPublisher(brokers);
  const subscriber = connectSubscriber(brokers, serving);
  let closed = false;
  let unsent = 0;

  const lost = (error: unknown): void => {
    if (closed) return;
    unsent += 1;
    events.dropped(`not sent: ${error instanceof Error ? error.message : String(error)}`);
  };

  const hear = (frames: readonly Buffer[]): undefined => {
    const [topic, body] = frames;
    if (frames.length === 2 && topic !== undefined && body !== undefined) {
      events.message(topic.toString('latin1'), body);
    } else {
      events.dropped(`${frames.length} frames`);
    }
  };

  const learn = ([frame]: readonly Buffer[]): undefined => {
    if (frame === undefined || frame.length === 0) return;
    events.subscription(frame.toString('latin1', 1), frame[0] === subscribedByte);
  };

  // A first connection counts as well: until then nothing was heard.
  subscriber.events.on('handshake', () => events.reconnected());

  const loops = Promise.all([readFrames(subscriber, hear), readFrames(publisher, learn)]);

  return {
    publish(topic, body) {
      if (closed) return;
      publisher.send([topic, body]).catch(lost);
    },
    subscribe: (prefix) => subscriber.subscribe(prefix),
    unsubscribe: (prefix) => subscriber.unsubscribe(prefix),
    async close() {
      if (closed) return;
      closed = true;
      subscriber.close();
      // The last answers of a server that drains are on their way.
      publisher.linger = closeLingerMs;
      publisher.close();
      await loops;
    },
  };
}
