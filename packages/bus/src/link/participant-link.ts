import type { BrokerEndpoint } from '@cateto/contracts';
import type { RoundTripMs } from '@cateto/zmtp';
import { openAll, whileOpen } from './closing.ts';
import type { InboundConnection, InboundEvents } from './inbound.ts';
import { openInbound } from './inbound.ts';
import { isMarker } from './is-marker.ts';
import type { Duty, Link, LinkEvents, OpenLink } from './link.ts';
import type { Dialled, LinkWatch, ParticipantSockets, RequestEvents, RequestSubscriber } from './sockets.ts';

/** How long the last messages may take to leave after the close, at most. */
const closeLingerMs = 500;

interface ClosingConnection extends InboundConnection {
  close(): Promise<unknown>;
}

/**
 * One outbound and one or two inbound connections, each to every broker. The outbound connection also receives the
 * subscriptions of servers.
 */
export function participantLink(sockets: ParticipantSockets, brokers: readonly BrokerEndpoint[]): OpenLink {
  return (events, duty) => openParticipantLink(sockets, brokers, duty, events);
}

function openParticipantLink(
  sockets: ParticipantSockets,
  brokers: readonly BrokerEndpoint[],
  duty: Duty,
  given: LinkEvents,
): Link {
  let closed = false;
  let closing: Promise<void> | undefined;
  const guarded = whileOpen(() => closed);
  const dialled = guarded<Parameters<Dialled>>((...attempt) => given.dialled?.(...attempt));
  let requests: RequestSubscriber | undefined;
  const watch: LinkWatch = {
    broken: guarded((broker: string, cause: string) => given.broken?.(broker, cause)),
    roundTrip: guarded((broker: BrokerEndpoint, took: RoundTripMs) => requests?.roundTrip?.(broker, took)),
  };
  const events: LinkEvents = {
    message: guarded(given.message),
    subscription: guarded(given.subscription),
    reconnected: guarded(given.reconnected),
    dropped: guarded(given.dropped),
  };
  const { publisher, inbound } = openAll((opened) => {
    // A link that could not be opened completely reports nothing.
    opened({ close: () => (closed = true) });
    // When a broker is lost, its marker has to vanish first. Otherwise its servers would vanish one by one, and each
    // would cause a resend to the next one.
    const publishing = sockets.connectXPublisher(
      brokers,
      isMarker,
      {
        subscription: events.subscription,
        refused: events.dropped,
        dropped: events.dropped,
        lost: () => events.dropped('not sent'),
        drained: guarded(() => given.drained?.()),
      },
      dialled,
      watch,
    );
    opened({ close: () => publishing.close(0) });
    return {
      publisher: publishing,
      inbound: openInbound<ClosingConnection>(
        duty,
        {
          requests(heard) {
            requests = sockets.connectRequests(brokers, heardBy(heard), dialled, watch);
            return opened(closingConnection(requests));
          },
          answers(heard) {
            return opened(closingConnection(sockets.connectSubscriber(brokers, heardBy(heard), dialled, watch)));
          },
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
    unsentBytes: publisher.unsentBytes,
    close() {
      closing ??= close();
      return closing;
    },
  };
}

function heardBy(events: InboundEvents): RequestEvents {
  return {
    message: events.message,
    connected: events.reconnected,
    dropped: events.dropped,
  };
}

function closingConnection({ subscribe, unsubscribe, close }: RequestSubscriber): ClosingConnection {
  return { subscribe, unsubscribe, close: () => close(0) };
}
