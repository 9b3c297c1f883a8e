import type { StreamUser, TakeStream } from '@cateto/zmtp';
import type { Chance } from './chance.ts';
import type { Clock } from './clock.ts';
import type { EventLoop } from './event-loop.ts';
import type { Passage } from './passage.ts';
import type { Paths } from './paths.ts';
import type { SimulatedProcess } from './process.ts';
import type { Party, Session } from './session.ts';
import { createSession } from './session.ts';

/** The ports on which processes listen, and their connections. */
export interface Wire {
  /**
   * @returns a function that closes the port; its sessions go on until their ends close them
   * @throws Error when the port is taken
   */
  listen(at: Address, by: Listener): () => void;
  /**
   * Connects once. `over` is called when the attempt has failed, with the reason, or the session is over.
   *
   * @returns a function that gives the attempt up; it does nothing when the session exists
   */
  connect(to: Address, timeoutMs: number, dial: Dial, dialler: Party): () => void;
  /** Reports the result of a plain TCP connect, when it is known. */
  probe(from: SimulatedProcess, to: Address, met: (found: Probe) => void): void;
  /** Whether all wanted connections to the port are established, and nothing between them is cut. */
  isLinked(from: string, to: Address): boolean;
  /** Remembers a wanted connection until it is forgotten. */
  want(dial: Dial): void;
  forget(dial: Dial): void;
  /** Call this when a path was cut or has healed. */
  pathsChanged(): void;
  /** A message was lost on purpose or because its receiver did not read in time. */
  countDropped(): void;
  dropped(): number;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Listener {
  readonly process: SimulatedProcess;
  readonly loop: EventLoop;
  readonly opened: TakeStream;
  readonly keptAlive: boolean;
  /** How many messages in one direction of a session may be in flight or unread; unless given, the network's mark. */
  readonly highWaterMark?: number;
}

/** A wanted connection, with its current session. */
export interface Dial {
  readonly from: SimulatedProcess;
  readonly to: Address;
  session: Session | undefined;
}

export type Probe = 'refused' | 'accepting' | 'unknown';

export interface WireOptions {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly paths: Paths;
  readonly packetBytes: number;
  readonly highWaterMark: number;
  readonly loses: (topic: string, from: string, to: string) => boolean;
  readonly onMessage?: ((passage: Passage) => void) | undefined;
}

const nobody: StreamUser = { heard: () => undefined, drained: () => undefined, closed: () => undefined };
const probeMaxMs = 200;
/** Of a participant's two sockets, one may be connected long before the other. */
const lateConnectShare = 0.2;
const lateConnectMs = [0, 50] as const;

export function createWire({ clock, chance, paths, packetBytes, highWaterMark, loses, onMessage }: WireOptions): Wire {
  const listeners = new Map<string, Listener>();
  let sessions: Session[] = [];
  const dials = new Set<Dial>();
  let dropped = 0;
  const key = ({ host, port }: Address): string => `${host}:${port}`;
  const onDropped = (): void => void (dropped += 1);

  function listening(at: Address): Listener | undefined {
    const listener = listeners.get(key(at));
    return listener === undefined || listener.process.state() === 'ended' ? undefined : listener;
  }

  function cutBetween(one: string, other: string): boolean {
    return paths.isCut(one, other) || paths.isCut(other, one);
  }

  const roundTrip = (one: string, other: string): number => paths.delayMs(one, other) + paths.delayMs(other, one);

  return {
    listen(at, by) {
      if (listening(at) !== undefined) throw new Error(`${key(at)} is taken`);
      listeners.set(key(at), by);
      return () => {
        if (listeners.get(key(at)) === by) listeners.delete(key(at));
      };
    },

    connect(to, timeoutMs, dial, dialler) {
      const { process, loop } = dialler;
      const startMs = loop.nowMs();
      let pending = true;
      let opened = false;
      let aborted = false;

      function fail(fault?: string): void {
        if (pending) loop.deliver(() => dialler.over(fault));
        pending = false;
      }

      function attempt(): void {
        if (!pending || process.state() === 'ended') return;
        if (cutBetween(process.name, to.host)) {
          const giveUpMs = Math.max(clock.nowMs(), startMs + timeoutMs);
          return void clock.at(giveUpMs, () => fail(`no answer within ${timeoutMs} ms`));
        }
        const listener = listening(to);
        if (listener === undefined) return fail(`connect ECONNREFUSED ${key(to)}`);
        pending = false;
        sessions = sessions.filter((one) => !one.isOver());
        const session = createSession(
          {
            ...dialler,
            opened(stream) {
              opened = true;
              if (!aborted) return dialler.opened(stream);
              stream.destroy();
              return nobody;
            },
          },
          { ...listener, over: () => undefined },
          {
            clock,
            chance,
            paths,
            packetBytes,
            loses,
            onMessage,
            onDropped,
            highWaterMark: listener.highWaterMark ?? highWaterMark,
          },
        );
        sessions.push(session);
        dial.session = session;
      }

      const first = dial.session === undefined && chance.one(lateConnectShare);
      clock.at(startMs + roundTrip(process.name, to.host) + (first ? chance.between(...lateConnectMs) : 0), attempt);
      return () => {
        fail();
        if (!opened) aborted = true;
      };
    },

    probe(from, to, met) {
      const cut = cutBetween(from.name, to.host);
      const found: Probe = cut ? 'unknown' : listening(to) === undefined ? 'refused' : 'accepting';
      const takesMs = found === 'unknown' ? probeMaxMs : roundTrip(from.name, to.host);
      clock.at(clock.nowMs() + takesMs, () => from.deliver(() => met(found)));
    },

    isLinked(from, { host, port }) {
      let wanted = false;
      for (const { from: process, to, session } of dials) {
        if (to.port !== port || to.host !== host || process.name !== from || process.state() === 'ended') continue;
        if (session?.isWhole() !== true) return false;
        wanted = true;
      }
      return wanted;
    },
    want(dial) {
      for (const one of dials) if (one.from.state() === 'ended') dials.delete(one);
      dials.add(dial);
    },
    forget: (dial) => void dials.delete(dial),

    pathsChanged() {
      for (const session of sessions) session.pathsChanged();
    },
    countDropped: onDropped,
    dropped: () => dropped,
  };
}
