import type { BrokerEndpoint } from '@cateto/contracts';
import { isMainThread } from 'node:worker_threads';
import { openAll, whileOpen } from '../closing.ts';
import { isMarker } from './is-marker.ts';
import type { Duty, Link, LinkEvents, OpenLink } from '../link.ts';
import { readMessages } from './read-messages.ts';
import { connectRequests, connectRequestsInWorker, connectSubscriber, connectXPublisher } from './sockets.ts';
import type { Subscriber, SubscriberEvents } from '@cateto/zmtp';
import type { InboundConnection, InboundEvents } from '../inbound.ts';
import { openInbound } from '../inbound.ts';

/** How long the last messages may take to leave after the close, at most. */
const closeLingerMs = 500;

interface ClosingConnection extends InboundConnection {
  close(): Promise<unknown>;
}

/**
 * One outbound and one or two inbound connections, each to every broker. The outbound connection also receives the
 * subscriptions of servers.
 */
export function zeromqLink(brokers: readonly BrokerEndpoint[]): OpenLink {
  return (events, duty) => openZeromqLink(brokers, duty, events);
}

function openZeromqLink(brokers: readonly BrokerEndpoint[], duty: Duty, given: LinkEvents): Link {
  let closed = false;
  let closing: Promise<void> | undefined;
  const guarded = whileOpen(() => closed);
  const dialled = guarded((broker: string, fault: string | undefined) => given.dialled?.(broker, fault));
  const events: LinkEvents = {
    message: guarded(given.message),
    subscription: guarded(given.subscription),
    reconnected: guarded(given.reconnected),
    dropped: guarded(given.dropped),
  };
  const requestsOn = isMainThread ? openRequests : openRequestsInWorker;
  const { publisher, inbound } = openAll((opened) => {
    // A link that could not be opened completely reports nothing.
    opened({ close: () => (closed = true) });
    // When a broker is lost, its marker has to vanish first. Otherwise its servers would vanish one by one, and each
    // would cause a resend to the next one.
    const publishing = connectXPublisher(
      brokers,
      isMarker,
      {
        subscription: events.subscription,
        refused: events.dropped,
        dropped: events.dropped,
        lost: () => events.dropped('not sent'),
      },
      dialled,
    );
    opened({ close: () => publishing.close(0) });
    return {
      publisher: publishing,
      inbound: openInbound<ClosingConnection>(
        duty,
        {
          requests: (heard) => opened(requestsOn(brokers, heard)),
          answers: (heard) => opened(openAnswers(brokers, heard)),
        },
        events,
      ),
    };
  });

  async function close(): Promise<void> {
    closed = true;
    // The last answers of a draining server are in flight.
    await Promise.all([...inbound.all.map((connection) => connection.close()), publisher.close(closeLingerMs)]);
  }

  return {
    publish: guarded(publisher.send),
    subscribe: inbound.subscribe,
    unsubscribe: inbound.unsubscribe,
    close() {
      closing ??= close();
      return closing;
    },
  };
}

function openAnswers(brokers: readonly BrokerEndpoint[], events: InboundEvents): ClosingConnection {
  return closingConnection(connectSubscriber(brokers, heardBy(events)));
}

function openRequestsInWorker(brokers: readonly BrokerEndpoint[], events: InboundEvents): ClosingConnection {
  return closingConnection(connectRequestsInWorker(brokers, heardBy(events)));
}

function heardBy(events: InboundEvents): SubscriberEvents {
  return {
    message: events.message,
    connected: events.reconnected,
    dropped: events.dropped,
  };
}

function closingConnection({ subscribe, unsubscribe, close }: Subscriber): ClosingConnection {
  return { subscribe, unsubscribe, close: () => close(0) };
}

/**
 * One socket for each broker: with one socket for both, libzmq would merge connections whose names resolve to the same
 * address.
 */
function openRequests(brokers: readonly BrokerEndpoint[], events: InboundEvents): ClosingConnection {
  const inbound = openAll((opened) => brokers.map((broker) => opened(openRequestsOf(broker, events))));
  return {
    subscribe: (prefix) => inbound.forEach((connection) => connection.subscribe(prefix)),
    unsubscribe: (prefix) => inbound.forEach((connection) => connection.unsubscribe(prefix)),
    close: () => Promise.all(inbound.map((connection) => connection.close())),
  };
}

function openRequestsOf(broker: BrokerEndpoint, events: InboundEvents): ClosingConnection {
  return openAll((opened) => {
    // The first connection counts too, because nothing arrived before it.
    const socket = opened(connectRequests(broker, events.reconnected));
    const reading = readMessages(socket, (frames) => {
      const [topic, body] = frames;
      if (frames.length === 2 && topic !== undefined && body !== undefined) {
        events.message(topic.toString('latin1'), body);
      } else {
        events.dropped(`${frames.length} frames`);
      }
    });
    return {
      subscribe: (prefix) => socket.subscribe(prefix),
      unsubscribe: (prefix) => socket.unsubscribe(prefix),
      close() {
        socket.close();
        return reading;
      },
    };
  });
}
