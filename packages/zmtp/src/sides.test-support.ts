import { latin1 } from './bytes.ts';
import type { Connection, ConnectionOptions, Peer } from './connection.ts';
import { speak } from './connection.ts';
import type { Mechanism, Role } from './mechanism.ts';
import type { MemoryEnd } from './memory-network.test-support.ts';
import { carry, createMemoryEnd } from './memory-network.test-support.ts';

/** One side of a connection in memory, and what it has said to its socket. */
export interface Side {
  readonly end: MemoryEnd;
  readonly connection: Connection;
  readonly said: string[];
  readonly peers: Peer[];
}

export function side(role: Role, mechanism: Mechanism, options: Partial<ConnectionOptions> = {}): Side {
  const end = createMemoryEnd();
  const said: string[] = [];
  const peers: Peer[] = [];
  const connection = speak(
    end.stream,
    role,
    {
      type: role === 'client' ? 'SUB' : 'XPUB',
      mechanism,
      frameBytesMax: 1_000,
      unsentBytesMax: 100_000,
      prefixBytesMax: 64,
      stallMs: 10_000,
      heartbeat: { intervalMs: 100, silenceMs: 10_000, ttlMs: 300 },
      handshakeMs: 1_000,
      tickMs: 50,
      onDirty: (peer) => peer.flush(),
      onFault: (what) => said.push(`fault: ${what}`),
      ...options,
    },
    {
      ready(peer) {
        peers.push(peer);
        said.push('ready');
      },
      message: (_peer, first, second) => said.push(`${latin1(first)}: ${latin1(second ?? first).slice(0, 20)}`),
      subscription: (_peer, prefix, subscribed) => said.push(`${subscribed ? '+' : '-'}${prefix}`),
      closed: () => said.push('closed'),
    },
  );
  return { end, connection, said, peers };
}

/** Carries everything that waits, both ways. @returns all bytes, by their sender */
export function joined(client: Side, server: Side, chunkBytes?: number): readonly [Uint8Array, Uint8Array] {
  return carry([client.end, server.end], [client.connection, server.connection], chunkBytes);
}
