import type { AdmissionLimits } from './admission.ts';
import { createAdmission } from './admission.ts';
import { createBudget } from './budget.ts';
import type { Connection, ConnectionOptions } from './connection.ts';
import { speak } from './connection.ts';
import type { Mechanism, Role } from './mechanism.ts';
import type { Attempt, Endpoint, Listening, Network, Stream, StreamUser } from './network.ts';
import type { Peer, PeerEvents } from './peer.ts';

/* The connections of one socket, dialled or accepted. Lost connections are dialled again until the socket is closed. */

export interface Reconnecting {
  readonly intervalMs: number;
  /** The wait doubles with each failed attempt, up to this. */
  readonly intervalMaxMs: number;
  /** An attempt without an answer is given up after this time and made again. */
  readonly connectTimeoutMs: number;
  /** The wait after the other side has refused the key of this side; unless given, the same as after any attempt. */
  readonly refusedMs?: number;
}

export type ConnectionsOptions = Omit<ConnectionOptions, 'onDirty' | 'onWaiting' | 'onHeld'> & {
  /** How many bytes may wait for all peers together. */
  readonly unsentTotalBytesMax: number;
  /** How many bytes of incomplete messages may be held for all peers together. */
  readonly heldTotalBytesMax: number;
  readonly admission: AdmissionLimits;
  readonly reconnecting: Reconnecting;
  /**
   * A dialled connection was established, or an attempt failed.
   *
   * @param fault why the attempt failed; undefined when the connection was established
   */
  readonly onDialled?: ((to: Endpoint, fault: string | undefined) => void) | undefined;
  /** Runs the flush of this turn. */
  readonly flushSoon: (run: () => void) => void;
};

export interface ConnectionsLoad {
  readonly ready: number;
  readonly unsentBytes: number;
}

export interface Connections {
  /**
   * Connects, and reconnects whenever the connection is lost. A closed socket does nothing.
   *
   * @param mechanism with the key of this host; unless given, that of the socket
   */
  dial(host: string, port: number, mechanism?: Mechanism): void;
  /**
   * Resolves when the port is bound, and also when the socket has been closed meanwhile or before: then nothing is bound.
   *
   * @throws Error when the port cannot be bound
   */
  bind(host: string, port: number): Promise<void>;
  /** Cuts off every peer whose key is not accepted any more. */
  recheck(refusalOf: (publicKey: Uint8Array) => string | undefined): void;
  /** How many connections have completed their handshake, and how many bytes wait in all of them. */
  load(): ConnectionsLoad;
  /**
   * Sends what waits, for at most `lingerMs`. Resolves when no connection is open and the port is free. A further call
   * waits for the same, and may shorten the time.
   */
  close(lingerMs: number): Promise<void>;
}

/** The shortest wait before an attempt, as a share of the full wait. */
const leastShare = 0.5;
/** How often the interval doubles at most; every maximum is reached before. */
const doublingsMax = 10;

/** Why an attempt failed that led to a stream. */
const noHandshake = 'the connection ended before its handshake';

/** The user of a stream that was refused. */
const refused: StreamUser = { heard: () => undefined, drained: () => undefined, closed: () => undefined };

/** A connection with its stream. */
interface Opened {
  readonly stream: Stream;
  readonly connection: Connection;
}

export function createConnections(network: Network, options: ConnectionsOptions, events: PeerEvents): Connections {
  const { reconnecting, tickMs, flushSoon, onFault, onDialled } = options;
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
        settle();
      },
    };
  }

  function accept(stream: Stream): StreamUser {
    const victim = admission.came(stream);
    cutOff(victim, 'more connections than may be open');
    if (victim === stream) return refused;
    const connection = talk(stream, 'server', connectionOptions);
    // It was accepted while the port was being closed.
    if (closed) stream.destroy();
    return connection;
  }

  function dial(to: Endpoint, spokenWith: ConnectionOptions): void {
    let failures = 0;

    function attempt(): void {
      let connection: Connection | undefined;
      const made = network.connect(
        to,
        reconnecting.connectTimeoutMs,
        (stream) => {
          connection = talk(stream, 'client', spokenWith, to);
          return connection;
        },
        (fault = noHandshake) => {
          attempts.delete(made);
          const wasReady = connection?.isReady() === true;
          failures = wasReady ? 0 : failures + 1;
          if (!wasReady && !closed) onDialled?.(to, fault);
          if (closed) settle();
          else again(connection?.isRefused() === true ? reconnecting.refusedMs : undefined);
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
