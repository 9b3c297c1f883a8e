import type { Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import type { Connection, ConnectionOptions, Peer, PeerEvents } from './connection.ts';
import { speak } from './connection.ts';
import { addressOf, familyOf } from './host-address.ts';
import { everyTick } from './ticker.ts';
import { timers } from './timers.ts';

/* The connections of one socket, dialled or accepted. Lost connections are dialled again until the socket is closed. */

export interface Reconnecting {
  readonly intervalMs: number;
  /** The wait doubles with each failed attempt, up to this. */
  readonly intervalMaxMs: number;
  /** An attempt without an answer is given up after this time and made again. */
  readonly connectTimeoutMs: number;
}

export type ConnectionsOptions = Omit<ConnectionOptions, 'onDirty'> & {
  readonly reconnecting: Reconnecting;
  /** Runs the flush of this turn. */
  readonly flushSoon: (run: () => void) => void;
};

export interface Connections {
  /** Connects, and reconnects whenever the connection is lost. */
  dial(host: string, port: number): void;
  /** @throws Error when the port cannot be bound */
  bind(host: string, port: number): Promise<void>;
  /** Sends what waits, for at most `lingerMs`. Resolves when no connection is open. */
  close(lingerMs: number): Promise<void>;
}

/** More connections than start at once in a large system. The kernel has a bound of its own. */
const backlog = 4_096;
/**
 * The read buffer of dialled connections; the bytes are copied from it at once. Without it, each read takes memory of
 * this size from the garbage collector, even for the nine bytes of a PONG.
 */
const readInto = Buffer.allocUnsafeSlow(65_536);
/** The shortest wait before an attempt, as a share of the full wait. */
const leastShare = 0.5;
/** How often the interval doubles at most; every maximum is reached before. */
const doublingsMax = 10;

export function createConnections(options: ConnectionsOptions, events: PeerEvents): Connections {
  const { reconnecting, tickMs, flushSoon, onFault } = options;
  const open = new Map<Socket, Connection | undefined>();
  const retries = new Set<NodeJS.Timeout>();
  const dirty: Peer[] = [];
  let server: Server | undefined;
  let closed = false;
  const stopTicking = everyTick(tickMs, () => {
    for (const connection of open.values()) connection?.tick();
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

  function begin(socket: Socket): void {
    open.set(socket, undefined);
    // Only the end of a connection matters, not its cause. Lost messages are resent (rule 2).
    socket.on('error', () => socket.destroy());
    socket.once('close', () => open.delete(socket));
  }

  function talk(socket: Socket): Connection {
    const connection = speak(socket, connectionOptions, events);
    open.set(socket, connection);
    return connection;
  }

  function dial(host: string, port: number): void {
    let failures = 0;

    function attempt(): void {
      let connection: Connection | undefined;
      const socket = connect({
        host,
        port,
        family: familyOf(host),
        lookup: (name, { family }, found) => addressOf(name, (fault, address) => found(fault, address, Number(family))),
        noDelay: true,
        onread: {
          buffer: readInto,
          callback(bytes) {
            connection?.hear(Buffer.from(readInto.subarray(0, bytes)));
            return true;
          },
        },
      });
      const givingUp = timers.setTimeout(() => socket.destroy(), reconnecting.connectTimeoutMs);
      begin(socket);
      socket.once('connect', () => {
        timers.clearTimeout(givingUp);
        connection = talk(socket);
      });
      socket.once('close', () => {
        timers.clearTimeout(givingUp);
        failures = connection?.isReady() === true ? 0 : failures + 1;
        if (!closed) again();
      });
    }

    function again(): void {
      const { intervalMs, intervalMaxMs } = reconnecting;
      const mostMs = Math.min(intervalMaxMs, intervalMs * 2 ** Math.min(failures, doublingsMax));
      // A random share, so that clients that lost their broker together do not return together.
      const waitMs = mostMs * (leastShare + (1 - leastShare) * Math.random());
      const retry = timers.setTimeout(() => {
        retries.delete(retry);
        attempt();
      }, waitMs);
      retries.add(retry);
    }

    attempt();
  }

  return {
    dial,
    bind(host, port) {
      const listening = createServer({ noDelay: true }, (socket) => {
        begin(socket);
        const connection = talk(socket);
        socket.on('data', connection.hear);
      });
      server = listening;
      return new Promise((resolve, reject) => {
        listening.once('error', reject);
        addressOf(host, (fault, address) => {
          if (closed || fault !== null) return reject(fault ?? new Error('closed'));
          listening.listen({ host: address, port, backlog, exclusive: true }, () => {
            listening.off('error', reject);
            // A connection that cannot be accepted, for example because no file handle is left, does not affect the
            // others.
            listening.on('error', ({ message }) => onFault(message));
            resolve();
          });
        });
      });
    },
    async close(lingerMs) {
      closed = true;
      stopTicking();
      for (const retry of retries) timers.clearTimeout(retry);
      const released = [...open.keys()].map(whenClosed);
      if (server?.listening === true) released.push(whenClosed(server));
      server?.close();
      for (const [socket, connection] of open) {
        if (connection?.isReady() === true) connection.end();
        else socket.destroy();
      }
      const givingUp = timers.setTimeout(() => {
        for (const socket of open.keys()) socket.destroy();
      }, lingerMs);
      await Promise.all(released);
      timers.clearTimeout(givingUp);
    },
  };
}

/** Never rejects: an error counts as the end. */
function whenClosed(one: Socket | Server): Promise<void> {
  return new Promise((resolve) => one.once('close', () => resolve()));
}
