import type { Connections, ConnectionsOptions } from './connections.ts';
import { createConnections } from './connections.ts';

export type BeatSubscriber = Pick<Connections, 'dial' | 'close'>;

/** Hears all that its peers publish in one frame: a broker's beats have no topic. Messages of more frames are none of them. */
export function createBeatSubscriber(
  options: Omit<ConnectionsOptions, 'type' | 'onFault'>,
  heard: (beat: Buffer) => void,
): BeatSubscriber {
  const connections = createConnections(
    // Why a peer was cut off says nothing to a listener that waits for a beat: none has come yet.
    { ...options, type: 'SUB', onFault: () => undefined },
    {
      ready: (peer) => peer.subscription('', true),
      message(_peer, beat, _second, frames) {
        if (frames === 1) heard(beat);
      },
      subscription: () => undefined,
      closed: () => undefined,
    },
  );
  return { dial: connections.dial, close: connections.close };
}
