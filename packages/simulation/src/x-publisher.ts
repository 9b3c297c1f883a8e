import { isMarker } from '@cateto/bus';
import type { Chance } from './chance.ts';
import type { Prefixes } from './prefixes.ts';
import { createPrefixes } from './prefixes.ts';
import type { SessionEnd, SessionUser } from './session.ts';

/** What an XPublisher does with its sessions: it filters at the source and reports subscriptions. */
export interface SimulatedXPublisher {
  readonly user: SessionUser;
  send(topic: string, body: Uint8Array): void;
  /** How many subscribers are connected. */
  connected(): number;
  close(): void;
}

export function simulatedXPublisher(
  chance: Chance,
  reported: (topic: string, subscribed: boolean) => void,
  /** Like `XPublisherEvents.ended`. */
  reportEnded: (topics: readonly string[]) => void = () => undefined,
): SimulatedXPublisher {
  const wanted = new Map<SessionEnd, Prefixes>();
  /** How many sessions subscribe to each prefix. The first and the last are reported. */
  const union = createPrefixes();
  let closed = false;

  function leave(topic: string): void {
    if (union.remove(topic) && !closed) reported(topic, false);
  }

  return {
    user: {
      opened: (end) => void wanted.set(end, createPrefixes()),
      received(end, packet) {
        const prefixes = wanted.get(end);
        if (prefixes === undefined || packet.type !== 'subscription') return;
        const { topic } = packet;
        if (packet.subscribed) {
          if (prefixes.add(topic) && union.add(topic) && !closed) reported(topic, true);
        } else if (prefixes.remove(topic)) {
          leave(topic);
        }
      },
      closed(end, ended) {
        const prefixes = wanted.get(end);
        wanted.delete(end);
        if (ended && !closed) reportEnded([...(prefixes?.all() ?? [])]);
        // Like the publisher of packages/zmtp: markers first, because everything else is gone with the broker. The
        // others come in any order.
        const gone = chance.shuffled(prefixes?.all() ?? []);
        for (const topic of gone) if (isMarker(topic)) leave(topic);
        for (const topic of gone) if (!isMarker(topic)) leave(topic);
      },
    },
    send(topic, body) {
      for (const [end, prefixes] of wanted) if (prefixes.matches(topic)) end.send({ type: 'message', topic, body });
    },
    connected: () => wanted.size,
    close() {
      closed = true;
      for (const end of wanted.keys()) end.close();
    },
  };
}
