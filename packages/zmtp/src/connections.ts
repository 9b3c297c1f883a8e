import type { Connection, ConnectionOptions, Peer, PeerEvents } from './connection.ts';
import { speak } from './connection.ts';
import type { Mechanism, Role } from './mechanism.ts';
import type { Attempt, Endpoint, Listening, Network, Stream } from './network.ts';

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

export type ConnectionsOptions = Omit<ConnectionOptions, 'onDirty'> & {
  readonly reconnecting: Reconnecting;
  /** Runs the flush of this turn. */
  readonly flushSoon: (run: () => void) => void;
};

export interface Connections {
  /**
   * Connects, and reconnects whenever the connection is lost.
   *
   * @param mechanism with the key of this host; unless given, that of the socket
   */
  dial(host: string, port: number, mechanism?: Mechanism): void;
  /** @throws Error when the port cannot be bound */
  bind(host: string, port: number): Promise<void>;
  /** Cuts off every peer whose key is not accepted any more. */
  recheck(refusalOf: (publicKey: Uint8Array) => string | undefined): void;
  /** Sends what waits, for at most `lingerMs`. Resolves when no connection is open. */
  close(lingerMs: number): Promise<void>;
}

/** The shortest wait before an attempt, as a share of the full wait. */
const leastShare = 0.5;
/** How often the interval doubles at most; every maximum is reached before. */
const doublingsMax = 10;

/** A connection with its stream. */
interface Opened {
  readonly stream: Stream;
  readonly connection: Connection;
}

export function createConnections(network: Network, options: ConnectionsOptions, events: PeerEvents): Connections {
  const { reconnecting, tickMs, flushSoon, onFault } = options;
  const open = new Set<Opened>();
  const attempts = new Set<Attempt>();
  const retries = new Set<() => void>();
  const dirty: Peer[] = [];
  let listening: Listening | undefined;
  let closed = false;
  /** Resolves the close when no connection is open. */
  let released: (() => void) | undefined;
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

  function talk(stream: Stream, role: Role, spokenWith: ConnectionOptions): Connection {
    const spoken = speak(stream, role, spokenWith, events);
    const opened: Opened = { stream, connection: spoken };
    open.add(opened);
    return {
      ...spoken,
      closed(byPeer, nowMs) {
        open.delete(opened);
        spoken.closed(byPeer, nowMs);
        settle();
      },
    };
  }

  function dial(to: Endpoint, spokenWith: ConnectionOptions): void {
    let failures = 0;

    function attempt(): void {
      let connection: Connection | undefined;
      const made = network.connect(
        to,
        reconnecting.connectTimeoutMs,
        (stream) => {
          connection = talk(stream, 'client', spokenWith);
          return connection;
        },
        () => {
          attempts.delete(made);
          failures = connection?.isReady() === true ? 0 : failures + 1;
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

  return {
    dial: (host, port, mechanism) =>
      dial({ host, port }, mechanism === undefined ? connectionOptions : { ...connectionOptions, mechanism }),
    async bind(host, port) {
      const bound = await network.listen(
        { host, port },
        (stream) => talk(stream, 'server', connectionOptions),
        onFault,
      );
      if (closed) {
        await bound.close();
        throw new Error('closed');
      }
      listening = bound;
    },
    recheck(refusalOf) {
      for (const { connection } of open) connection.recheck(refusalOf);
    },
    async close(lingerMs) {
      closed = true;
      stopTicking();
      for (const cancel of retries) cancel();
      const quiet = new Promise<void>((resolve) => (released = resolve));
      const unbound = listening?.close();
      for (const attempt of attempts) attempt.abort();
      for (const { stream, connection } of open) {
        if (connection.isReady()) connection.end();
        else stream.destroy();
      }
      settle();
      const cancel = network.after(lingerMs, () => {
        for (const { stream } of open) stream.destroy();
      });
      await Promise.all([quiet, unbound]);
      cancel();
    },
  };
}
