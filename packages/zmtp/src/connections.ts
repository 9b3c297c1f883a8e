import { createAdmission } from './admission.ts';
import { createBudget } from './budget.ts';
import type { Connection, ConnectionOptions } from './connection.ts';
import { speak } from './connection.ts';
import type { Connections, ConnectionsLoad, ConnectionsOptions } from './connections-types.ts';
import type { Refusal, Role } from './mechanism.ts';
import type { Attempt, Endpoint, Listening, Network, Stream, StreamUser } from './network.ts';
import type { Peer, PeerEvents } from './peer.ts';
import { createRoundTrip } from './round-trip.ts';

/* The connections of one socket, dialled or accepted. Lost connections are dialled again until the socket is closed. */

export type { Connections, ConnectionsLoad, ConnectionsOptions } from './connections-types.ts';

/** The shortest wait before an attempt, as a share of the full wait. */
const leastShare = 0.5;
/** How often the interval doubles at most; every maximum is reached before. */
const doublingsMax = 10;

/**
 * A server that has another key closes the connection without a reply, just as a server does that ends. After so many
 * attempts in a row, another key is the cause.
 */
const otherKeyAfter = 5;

/** Why an attempt failed that led to a stream. */
const noHandshake = 'the connection ended before its handshake';

/** Why a connection was lost that this side did not give up. */
const closedFromOutside = 'the other side or the network closed it';

/** The user of a stream that was refused. */
const refusedStream: StreamUser = { heard: () => undefined, drained: () => undefined, closed: () => undefined };

/** A connection with its stream. */
interface Opened {
  readonly stream: Stream;
  readonly connection: Connection;
}

export function createConnections(network: Network, options: ConnectionsOptions, events: PeerEvents): Connections {
  const { reconnecting, handshakeMs, tickMs, flushSoon, onFault, onDialled, onBroken, onRoundTrip } = options;
  const open = new Set<Opened>();
  const admission = createAdmission(options.admission);
  const unsent = createBudget<Stream>(options.unsentTotalBytesMax);
  const held = createBudget<Stream>(options.heldTotalBytesMax);
  /** Streams that were cut off, or have closed. They hold nothing any more. */
  const gone = new WeakSet<Stream>();
  const attempts = new Set<Attempt>();
  const retries = new Set<() => void>();
  const dirty: Peer[] = [];
  /** Undefined unless the socket was told to bind. */
  let listening: Promise<Listening> | undefined;
  let closed = false;
  /** Resolves the close when no connection is open. */
  let released: (() => void) | undefined;
  let closing: Promise<unknown> | undefined;
  const stopTicking = network.everyTick(tickMs, () => {
    const nowMs = network.nowMs();
    for (const { connection } of open) connection.tick(nowMs);
  });

  function flush(): void {
    for (const peer of dirty.splice(0)) peer.flush();
  }

  const connectionOptions: ConnectionOptions = {
    ...options,
    onRoundTrip: undefined,
    onDirty(peer) {
      if (dirty.push(peer) === 1) flushSoon(flush);
    },
  };

  function settle(): void {
    if (open.size === 0 && attempts.size === 0) released?.();
  }

  function cutOff(stream: Stream | undefined, what: string): void {
    if (stream === undefined) return;
    gone.add(stream);
    onFault(what);
    stream.reset();
  }

  function talk(stream: Stream, role: Role, spokenWith: ConnectionOptions, dialled?: Endpoint): Connection {
    const ofThis: ConnectionOptions = {
      ...spokenWith,
      onRoundTrip: dialled === undefined ? undefined : (took) => onRoundTrip?.(dialled, took),
      onWaiting(bytes) {
        if (!gone.has(stream)) cutOff(unsent.holds(stream, bytes), 'more bytes than may wait for all peers');
      },
      onHeld(bytes) {
        if (!gone.has(stream)) cutOff(held.holds(stream, bytes), 'more incomplete messages than all peers may send');
      },
    };
    const spoken = speak(stream, role, ofThis, {
      ...events,
      ready(peer) {
        admission.ready(stream);
        if (dialled !== undefined) onDialled?.(dialled, undefined);
        events.ready(peer);
      },
    });
    const opened: Opened = { stream, connection: spoken };
    open.add(opened);
    return {
      ...spoken,
      closed(byPeer, nowMs) {
        gone.add(stream);
        unsent.holds(stream, 0);
        held.holds(stream, 0);
        admission.left(stream);
        open.delete(opened);
        spoken.closed(byPeer, nowMs);
        options.onDrained?.();
        settle();
      },
    };
  }

  function accept(stream: Stream): StreamUser {
    const victim = admission.came(stream);
    cutOff(victim, 'more connections than may be open');
    if (victim === stream) return refusedStream;
    const connection = talk(stream, 'server', connectionOptions);
    // It was accepted while the port was being closed.
    if (closed) stream.destroy();
    return connection;
  }

  function dial(to: Endpoint, spokenWith: ConnectionOptions): void {
    let failures = 0;
    const roundTrip = createRoundTrip();
    let patienceMs = reconnecting.handshakeMs ?? handshakeMs;

    function attempt(): void {
      let connection: Connection | undefined;
      let refused: { readonly refusal: Refusal; readonly what: string } | undefined;
      const ofAttempt: ConnectionOptions = {
        ...spokenWith,
        onRefused: (refusal, what) => void (refused = { refusal, what }),
      };
      const made = network.connect(
        to,
        reconnecting.connectTimeoutMs,
        (stream) => {
          connection = talk(stream, 'client', { ...ofAttempt, roundTrip, handshakeMs: patienceMs }, to);
          return connection;
        },
        (fault = noHandshake) => {
          attempts.delete(made);
          const wasReady = connection?.isReady() === true;
          failures = wasReady ? 0 : failures + 1;
          if (closed) return settle();
          const why = connection?.whyGivenUp();
          if (!wasReady && why !== undefined) patienceMs = Math.min(2 * patienceMs, handshakeMs);
          if (wasReady) onBroken?.(to, why ?? closedFromOutside);
          const isAccident = refused?.refusal === 'other-key' && failures < otherKeyAfter;
          const refusal = isAccident ? undefined : refused?.refusal;
          if (refused !== undefined && onDialled === undefined) onFault(refused.what);
          if (!wasReady) onDialled?.(to, refused?.what ?? why ?? fault, refusal);
          again(refusal === undefined ? undefined : reconnecting.refusedMs);
        },
      );
      attempts.add(made);
    }

    function again(refusedMs: number | undefined): void {
      const { intervalMs, intervalMaxMs } = reconnecting;
      const mostMs = refusedMs ?? Math.min(intervalMaxMs, intervalMs * 2 ** Math.min(failures, doublingsMax));
      // A random share, so that clients that lost their broker together do not return together.
      const waitMs = mostMs * (leastShare + (1 - leastShare) * network.random());
      const cancel = network.after(waitMs, () => {
        retries.delete(cancel);
        attempt();
      });
      retries.add(cancel);
    }

    attempt();
  }

  function load(): ConnectionsLoad {
    let ready = 0;
    let unsentBytes = 0;
    for (const { connection } of open) {
      if (connection.isReady()) ready += 1;
      unsentBytes += connection.waiting();
    }
    return { ready, unsentBytes };
  }

  /** Waits for a port that is being bound: it is free again only after that. */
  async function unbind(): Promise<void> {
    // If it could not be bound, `bind` throws the cause.
    const bound = await listening?.catch(() => undefined);
    await bound?.close();
  }

  function endAll(): Promise<unknown> {
    closed = true;
    stopTicking();
    for (const cancel of retries) cancel();
    const quiet = new Promise<void>((resolve) => (released = resolve));
    const unbound = unbind();
    for (const attempt of attempts) attempt.abort();
    for (const { stream, connection } of open) {
      if (connection.isReady()) connection.end();
      else stream.destroy();
    }
    settle();
    return Promise.all([quiet, unbound]);
  }

  return {
    load,
    unsentBytes() {
      let most = 0;
      for (const { connection } of open) most = Math.max(most, connection.waiting());
      return most;
    },
    dial(host, port, mechanism) {
      if (closed) return;
      dial({ host, port }, mechanism === undefined ? connectionOptions : { ...connectionOptions, mechanism });
    },
    async bind(host, port) {
      if (closed) return;
      listening = network.listen({ host, port }, accept, onFault);
      await listening;
    },
    recheck(refusalOf) {
      for (const { connection } of open) connection.recheck(refusalOf);
    },
    async close(lingerMs) {
      closing ??= endAll();
      const cancel = network.after(lingerMs, () => {
        for (const { stream } of open) stream.destroy();
      });
      await closing;
      cancel();
    },
  };
}
