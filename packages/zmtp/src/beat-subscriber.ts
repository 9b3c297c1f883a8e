import type { Connections, ConnectionsOptions } from './connections.ts';
import { createConnections } from './connections.ts';
import type { Network } from './network.ts';

export interface BeatSubscriberEvents {
  heard(beat: Uint8Array): void;
  /** A connection was lost after its handshake. */
  closed?(): void;
}

export type BeatSubscriber = Pick<Connections, 'dial' | 'close'>;

/**
 * Receives single-frame messages from every peer: a broker's beats, which have no topic. Other messages are dropped.
 */
export function createBeatSubscriber(
  network: Network,
  options: Omit<ConnectionsOptions, 'type' | 'onFault'>,
  { heard, closed }: BeatSubscriberEvents,
): BeatSubscriber {
  const connections = createConnections(
    network,
    // A listener that waits for a beat does not need to know why a peer was cut off.
    { ...options, type: 'SUB', onFault: () => undefined },
    {
      ready: (peer) => peer.subscription('', true),
      message(_peer, beat, _second, frames) {
        if (frames === 1) heard(beat);
      },
      subscription: () => undefined,
      closed: () => closed?.(),
    },
  );
  return { dial: connections.dial, close: connections.close };
}
