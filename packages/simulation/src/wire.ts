import type { Chance } from './chance.ts';
import type { Clock } from './clock.ts';
import type { Paths } from './paths.ts';
import type { SimulatedProcess } from './process.ts';
import type { HeartbeatKind, Session, SessionUser } from './session.ts';
import { createSession, isAwake } from './session.ts';

/** The ports on which processes listen, and their connections. */
export interface Wire {
  /** @returns a function that closes the port; its sessions go on until their ends close them */
  listen(process: SimulatedProcess, port: Port, user: SessionUser): () => void;
  /** Connects, and reconnects whenever the connection is lost. @returns a function that stops this */
  dial(process: SimulatedProcess, host: string, port: Port, liveness: HeartbeatKind, user: SessionUser): () => void;
  /** Reports the result of a plain TCP connect, when it is known. */
  probe(from: SimulatedProcess, host: string, port: Port, met: (found: Probe) => void): void;
  /** Whether all wanted connections to the port are established, and nothing between them is cut. */
  isLinked(from: string, host: string, port: Port): boolean;
  /** Call this when a path was cut or has healed. */
  pathsChanged(): void;
  /** Packets that were lost because their receiver did not read in time. */
  dropped(): number;
}

/** The three ports of a broker. */
export type Port = 'publish' | 'subscribe' | 'heartbeat';
export type Probe = 'refused' | 'accepting' | 'unknown';

export interface WireOptions {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly paths: Paths;
  readonly highWaterMark: number;
  readonly loses: (topic: string, from: string, to: string) => boolean;
}

/** The time from one attempt to the next, as `reconnectInterval` and its maximum allow. */
const retryMs = [10, 200] as const;
const probeMaxMs = 200;
/** Of a participant's two sockets, one may be connected long before the other. */
const lateConnectShare = 0.2;
const lateConnectMs = [0, 50] as const;

interface Listener {
  readonly process: SimulatedProcess;
  readonly user: SessionUser;
}

export function createWire({ clock, chance, paths, highWaterMark, loses }: WireOptions): Wire {
  const listeners = new Map<string, Listener>();
  let sessions: Session[] = [];
  /** The wanted connections to each port, each with its current session. */
  const dials = new Set<{ readonly from: string; readonly to: string; session: Session | undefined }>();
  let dropped = 0;
  const key = (host: string, port: Port): string => `${host}:${port}`;

  function listening(host: string, port: Port): Listener | undefined {
    const listener = listeners.get(key(host, port));
    return listener === undefined || listener.process.state() === 'ended' ? undefined : listener;
  }

  function cutBetween(one: string, other: string): boolean {
    return paths.isCut(one, other) || paths.isCut(other, one);
  }

  return {
    listen(process, port, user) {
      const name = key(process.name, port);
      if (listening(process.name, port) !== undefined) throw new Error(`${name} is taken`);
      const listener: Listener = { process, user };
      listeners.set(name, listener);
      return () => {
        if (listeners.get(name) === listener) listeners.delete(name);
      };
    },

    dial(process, host, port, liveness, user) {
      const dialled = { from: process.name, to: key(host, port), session: undefined as Session | undefined };
      dials.add(dialled);

      function tryIn(delayMs: number): void {
        clock.at(clock.nowMs() + delayMs, attempt);
      }

      function attempt(): void {
        if (!dials.has(dialled)) return;
        if (process.state() === 'ended') return void dials.delete(dialled);
        const listener = listening(host, port);
        const reachable = listener !== undefined && !cutBetween(process.name, host);
        // Both sides take part in the handshake.
        const bothAwake =
          isAwake(process, liveness, true) && listener !== undefined && isAwake(listener.process, liveness, false);
        if (!reachable || !bothAwake) return tryIn(chance.between(...retryMs));
        sessions = sessions.filter((one) => !one.isOver());
        const session = createSession(
          { process, user },
          { process: listener.process, user: listener.user },
          {
            clock,
            chance,
            paths,
            liveness,
            loses,
            highWaterMark: port === 'heartbeat' ? heartbeatMark : highWaterMark,
            over: () => tryIn(chance.between(...retryMs)),
            onDropped: () => (dropped += 1),
          },
        );
        sessions.push(session);
        dialled.session = session;
      }

      tryIn(roundTrips(process.name, host) + (chance.one(lateConnectShare) ? chance.between(...lateConnectMs) : 0));
      return () => void dials.delete(dialled);
    },

    probe(from, host, port, met) {
      const cut = cutBetween(from.name, host);
      const found: Probe = cut ? 'unknown' : listening(host, port) === undefined ? 'refused' : 'accepting';
      const takesMs = found === 'unknown' ? probeMaxMs : roundTrips(from.name, host);
      clock.at(clock.nowMs() + takesMs, () => from.deliver(() => met(found)));
    },

    isLinked(from, host, port) {
      const wanted = [...dials].filter((one) => one.from === from && one.to === key(host, port));
      return wanted.length > 0 && wanted.every(({ session }) => session?.isWhole() === true);
    },

    pathsChanged() {
      for (const session of sessions) session.pathsChanged();
    },
    dropped: () => dropped,
  };

  function roundTrips(one: string, other: string): number {
    return paths.delayMs(one, other) + paths.delayMs(other, one);
  }
}

/** The same as for the heartbeat socket: a late beat is worthless. */
const heartbeatMark = 4;
