import type { OpenBrokerLink, BrokerLink, BrokerLinkEvents } from '@cateto/bus';
import type { Chance } from './chance.ts';
import type { SimulatedProcess } from './process.ts';
import type { SessionEnd, SessionUser } from './session.ts';
import type { Wire } from './wire.ts';
import { simulatedXPublisher } from './x-publisher.ts';

/**
 * Like `zeromqBrokerLink`, over a simulated wire: a broker's three ports, and its connection to the peer's heartbeat.
 */
export function simulatedBrokerLink(
  process: SimulatedProcess,
  peer: string | undefined,
  wire: Wire,
  chance: Chance,
): OpenBrokerLink {
  return (events) => openSimulatedBrokerLink(process, peer, wire, chance, events);
}

function openSimulatedBrokerLink(
  process: SimulatedProcess,
  peer: string | undefined,
  wire: Wire,
  chance: Chance,
  events: BrokerLinkEvents,
): BrokerLink {
  /** The subscriptions of an XSubscriber, sent to every publisher, also to later ones. */
  const asked = new Set<string>();
  const publisherEnds = new Set<SessionEnd>();
  const listenerEnds = new Set<SessionEnd>();
  const { nowMs } = process.platform;
  let droppedUntilMs = -1;
  let closed = false;

  const publishers: SessionUser = {
    opened(end) {
      publisherEnds.add(end);
      for (const topic of chance.shuffled(asked)) end.send({ type: 'subscription', topic, subscribed: true });
    },
    received(_end, packet) {
      if (closed || packet.type !== 'message') return;
      if (nowMs() <= droppedUntilMs) events.dropped('', 'stood still');
      else events.published(packet.topic, toBuffer(packet.body));
    },
    closed: (end) => void publisherEnds.delete(end),
  };
  const subscribers = simulatedXPublisher(
    chance,
    (topic, subscribed) => {
      if (!closed) events.subscription(topic, subscribed);
    },
    (topics) => {
      if (!closed) events.ended(topics);
    },
  );
  const listeners: SessionUser = {
    opened: (end) => void listenerEnds.add(end),
    received: () => undefined,
    closed: (end) => void listenerEnds.delete(end),
  };
  const peerBeats: SessionUser = {
    opened: () => undefined,
    received(_end, packet) {
      if (!closed && packet.type === 'message') events.peerBeat(toBuffer(packet.body));
    },
    closed() {
      if (!closed) events.peerLinkBroken();
    },
  };

  const unlisten = [
    wire.listen(process, 'publish', publishers),
    wire.listen(process, 'subscribe', subscribers.user),
    wire.listen(process, 'heartbeat', listeners),
  ];
  const hangUp = peer === undefined ? undefined : wire.dial(process, peer, 'heartbeat', 'tcp', peerBeats);

  function ask(topic: string, subscribed: boolean): void {
    for (const end of publisherEnds) end.send({ type: 'subscription', topic, subscribed });
  }

  return {
    forward: subscribers.send,
    subscribe(topic) {
      if (asked.has(topic)) return;
      asked.add(topic);
      ask(topic, true);
    },
    unsubscribe(topic) {
      if (asked.delete(topic)) ask(topic, false);
    },
    beat(body) {
      for (const end of listenerEnds) end.send({ type: 'message', topic: '', body });
    },
    // Everything that waits is handed over before time passes.
    dropQueued() {
      droppedUntilMs = nowMs();
    },
    probePeer() {
      if (peer !== undefined) wire.probe(process, peer, 'heartbeat', (met) => !closed && events.peerProbed(met));
    },
    // Packets of the simulated network do not wait.
    load: () => ({ publishers: publisherEnds.size, subscribers: subscribers.connected(), unsentBytes: 0 }),
    close() {
      closed = true;
      hangUp?.();
      for (const close of unlisten) close();
      for (const end of [...publisherEnds, ...listenerEnds]) end.close();
      subscribers.close();
      return Promise.resolve();
    },
  };
}

function toBuffer(body: Uint8Array): Buffer {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}
