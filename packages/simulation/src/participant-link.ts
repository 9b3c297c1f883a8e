import type { OpenLink } from '@cateto/bus';
import type { InboundConnection, InboundEvents } from '@cateto/bus';
import { openInbound } from '@cateto/bus';
import type { Chance } from './chance.ts';
import { createPrefixes } from './prefixes.ts';
import type { SimulatedProcess } from './process.ts';
import type { HeartbeatKind, SessionEnd, SessionUser } from './session.ts';
import type { Wire } from './wire.ts';
import { simulatedXPublisher } from './x-publisher.ts';

/** Like `zeromqLink`, over a simulated wire: one outbound and one or two inbound connections, each to every broker. */
export function simulatedLink(
  process: SimulatedProcess,
  brokers: readonly string[],
  wire: Wire,
  chance: Chance,
): OpenLink {
  return (events, duty) => {
    let closed = false;
    const publisher = simulatedXPublisher(chance, (topic, subscribed) => events.subscription(topic, subscribed));
    const hangUps = brokers.map((host) => wire.dial(process, host, 'publish', 'zmtp-in-time', publisher.user));
    const opened = (liveness: HeartbeatKind) => (heard: InboundEvents) =>
      openConnection(process, brokers, wire, liveness, heard);
    const inbound = openInbound(duty, { requests: opened('zmtp-soon'), answers: opened('zmtp-in-time') }, events);
    return {
      publish(topic, body) {
        if (!closed) process.leave(() => publisher.send(topic, body));
      },
      subscribe: (prefix) => process.leave(() => inbound.subscribe(prefix)),
      unsubscribe: (prefix) => process.leave(() => inbound.unsubscribe(prefix)),
      close() {
        closed = true;
        process.leave(() => {
          for (const hangUp of hangUps) hangUp();
          for (const connection of inbound.all) connection.close();
          publisher.close();
        });
        return Promise.resolve();
      },
    };
  };
}

interface ClosingConnection extends InboundConnection {
  close(): void;
}

function openConnection(
  process: SimulatedProcess,
  brokers: readonly string[],
  wire: Wire,
  liveness: HeartbeatKind,
  events: InboundEvents,
): ClosingConnection {
  const subscribed = createPrefixes();
  const sessions = new Set<SessionEnd>();
  let closed = false;

  const user: SessionUser = {
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
  const hangUps = brokers.map((host) => wire.dial(process, host, 'subscribe', liveness, user));

  function tellSubscription(topic: string, on: boolean): void {
    for (const end of sessions) end.send({ type: 'subscription', topic, subscribed: on });
  }

  return {
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
    },
  };
}
