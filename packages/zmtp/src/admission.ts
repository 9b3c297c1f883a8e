import type { Stream } from './network.ts';

/*
 * Decides which accepted connections a socket keeps. A handshake costs its sender nothing but an open connection, so
 * handshakes in progress are bounded, in all and for each host. The oldest one makes room: an honest handshake takes
 * milliseconds. When the bound of open connections is reached, the host with the most gives one up for a host that has
 * fewer.
 */

export interface AdmissionLimits {
  /** Connections that are open, with those whose handshake is in progress. */
  readonly connectionsMax: number;
  readonly handshakesMax: number;
  readonly handshakesOfHostMax: number;
}

export interface Admission {
  /** A connection was accepted. @returns the connection to close for it: an older one, or itself */
  came(stream: Stream): Stream | undefined;
  /** Its handshake is over. */
  ready(stream: Stream): void;
  left(stream: Stream): void;
}

interface Host {
  readonly open: Set<Stream>;
  /** Those of them whose handshake is in progress. */
  readonly handshakes: Set<Stream>;
}

export function createAdmission({ connectionsMax, handshakesMax, handshakesOfHostMax }: AdmissionLimits): Admission {
  const hosts = new Map<string, Host>();
  let open = 0;
  let handshakes = 0;

  /** The host with the most connections, or with the most handshakes. */
  function largest(by: keyof Host): Host | undefined {
    let found: Host | undefined;
    for (const host of hosts.values()) if (host[by].size > (found?.[by].size ?? 0)) found = host;
    return found;
  }

  function victimFor(stream: Stream, own: Host): Stream | undefined {
    if (open > connectionsMax) {
      const most = largest('open');
      return most === undefined || most.open.size <= own.open.size ? stream : [...most.open].at(-1);
    }
    if (own.handshakes.size > handshakesOfHostMax) return firstOf(own.handshakes);
    return handshakes > handshakesMax ? firstOf(largest('handshakes')?.handshakes) : undefined;
  }

  function left(stream: Stream): void {
    const name = stream.host ?? '';
    const host = hosts.get(name);
    if (host === undefined || !host.open.delete(stream)) return;
    open -= 1;
    if (host.handshakes.delete(stream)) handshakes -= 1;
    if (host.open.size === 0) hosts.delete(name);
  }

  return {
    came(stream) {
      const name = stream.host ?? '';
      let own = hosts.get(name);
      if (own === undefined) hosts.set(name, (own = { open: new Set(), handshakes: new Set() }));
      own.open.add(stream);
      own.handshakes.add(stream);
      open += 1;
      handshakes += 1;
      const victim = victimFor(stream, own);
      if (victim !== undefined) left(victim);
      return victim;
    },
    ready(stream) {
      if (hosts.get(stream.host ?? '')?.handshakes.delete(stream) === true) handshakes -= 1;
    },
    left,
  };
}

function firstOf(streams: ReadonlySet<Stream> | undefined): Stream | undefined {
  for (const stream of streams ?? []) return stream;
  return undefined;
}
