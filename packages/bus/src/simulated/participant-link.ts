import type { Link, LinkEvents, OpenLink, Serving } from '../link.ts';
import type { Chance } from './chance.ts';
import { createPrefixes } from './prefixes.ts';
import type { SimulatedProcess } from './process.ts';
import type { Liveness, SessionEnd, SessionUser } from './session.ts';
import type { Wire } from './wire.ts';
import { simulatedXPublisher } from './x-publisher.ts';

/** As `zeromqLink`: an XPublisher and a Subscriber, both connected to every broker, over a simulated wire. */
export function simulatedLink(
  process: SimulatedProcess,
  brokers: readonly string[],
  wire: Wire,
  chance: Chance,
  { serves }: Serving,
): OpenLink {
  const liveness = serves ? 'zmtp-soon' : 'zmtp-in-time';
  return (events) => openSimulatedLink(process, brokers, wire, chance, liveness, events);
}

function openSimulatedLink(
  process: SimulatedProcess,
  brokers: readonly string[],
  wire: Wire,
  chance: Chance,
  liveness: Liveness,
  events: LinkEvents,
): Link {
  const publisher = simulatedXPublisher(chance, (topic, subscribed) => events.subscription(topic, subscribed));
  const subscribed = createPrefixes();
  const sessions = new Set<SessionEnd>();
  let closed = false;

  const subscriber: SessionUser = {
    opened(end) {
      sessions.add(end);
      for (const topic of subscribed.all()) end.send({ type: 'subscription', topic, subscribed: true });
      events.reconnected();
    },
    received(_end, packet) {
      if (closed || packet.type !== 'message' || !subscribed.matches(packet.topic)) return;
      events.message(packet.topic, packet.body);
    },
    closed: (end) => void sessions.delete(end),
  };

  const hangUps = brokers.flatMap((host) => [
    wire.dial(process, host, 'publish', 'zmtp-in-time', publisher.user),
    wire.dial(process, host, 'subscribe', liveness, subscriber),
  ]);

  function tellSubscription(topic: string, on: boolean): void {
    for (const end of sessions) end.send({ type: 'subscription', topic, subscribed: on });
  }

  return {
    publish(topic, body) {
      if (!closed) publisher.send(topic, body);
    },
    subscribe(prefix) {
      if (subscribed.add(prefix)) tellSubscription(prefix, true);
    },
    unsubscribe(prefix) {
      if (subscribed.remove(prefix)) tellSubscription(prefix, false);
    },
    close() {
      closed = true;
      for (const hangUp of hangUps) hangUp();
      for (const end of sessions) end.close();
      publisher.close();
      return Promise.resolve();
    },
  };
}
