import { readLegacySubscription } from './commands.ts';
import type { Connections, ConnectionsOptions } from './connections.ts';
import { createConnections } from './connections.ts';
import type { Network } from './network.ts';
import type { Peer } from './peer.ts';

export interface BeatPublisher extends Pick<Connections, 'bind' | 'recheck' | 'close'> {
  /** Sends a message of one frame to every listener. Never waits and never throws. */
  send(beat: Uint8Array): void;
}

export interface BeatPublisherEvents {
  /** A beat was lost for a listener, or a listener broke the protocol. */
  dropped(cause: string): void;
  /** A connection was established. */
  connected?(listener: Peer): void;
  /** The connection was lost. */
  closed?(listener: Peer): void;
}

/**
 * Publishes messages of one frame: a broker's beats, which have no topic. A listener subscribes to the empty prefix, and
 * nothing else is stored.
 */
export function createBeatPublisher(
  network: Network,
  options: Omit<ConnectionsOptions, 'type' | 'onFault'>,
  { dropped, connected, closed }: BeatPublisherEvents,
): BeatPublisher {
  const listeners = new Set<Peer>();

  function asked(peer: Peer, prefix: string, subscribed: boolean): void {
    if (prefix !== '') {
      dropped('a subscription to some beats');
      peer.misused();
    } else if (subscribed) {
      listeners.add(peer);
    } else {
      listeners.delete(peer);
    }
  }

  const connections = createConnections(
    network,
    { ...options, type: 'PUB', onFault: dropped },
    {
      ready: (peer) => connected?.(peer),
      message(peer, frame, _second, frames) {
        const found = frames > 1 ? undefined : readLegacySubscription(frame, options.prefixBytesMax);
        if (found !== undefined) return asked(peer, found.prefix, found.subscribed);
        dropped('no subscription');
        peer.misused();
      },
      subscription: asked,
      closed(peer) {
        listeners.delete(peer);
        closed?.(peer);
      },
    },
  );

  return {
    bind: connections.bind,
    recheck: connections.recheck,
    close: connections.close,
    send(beat) {
      for (const listener of listeners) if (!listener.send(beat)) dropped('not read in time');
    },
  };
}
