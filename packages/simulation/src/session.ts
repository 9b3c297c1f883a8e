import type { Chance } from './chance.ts';
import type { Clock } from './clock.ts';
import type { Paths } from './paths.ts';
import type { SimulatedProcess } from './process.ts';

/** What travels on a connection: a message, or a publisher being asked for a topic. */
export type Packet =
  | { readonly type: 'message'; readonly topic: string; readonly body: Uint8Array }
  | { readonly type: 'subscription'; readonly topic: string; readonly subscribed: boolean };

/** One end of a session, as its socket sees it. */
export interface SessionEnd {
  /** Never waits: past the mark it is dropped, and so it is when the session is over. */
  send(packet: Packet): void;
  /** In order: what was sent arrives first. */
  close(): void;
}

/** What a socket does with a session. All of it is called from the loop of the socket's process. */
export interface SessionUser {
  opened(end: SessionEnd): void;
  received(end: SessionEnd, packet: Packet): void;
  /** @param ended the process on the other side ended, and this side knows it (as `PeerEvents.closed` of ZMTP) */
  closed(end: SessionEnd, ended: boolean): void;
}

/** How a connection notices that the other side is gone without saying so. */
export type HeartbeatKind =
  /** ZMTP heartbeats of 50 ms: the end that was dialled waits for 200 ms, the end that dialled for a second. */
  | 'zmtp-soon'
  /** Of 4 and 12 s, and half a second and one from a message on that the dialling end sent. */
  | 'zmtp-in-time'
  /** The kernel's: a stopped process passes for alive. */
  | 'tcp';

export interface Party {
  readonly process: SimulatedProcess;
  readonly user: SessionUser;
}

export interface SessionOptions {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly paths: Paths;
  readonly liveness: HeartbeatKind;
  /** Packets in one direction that may be under way or unread. */
  readonly highWaterMark: number;
  /** Tells who dialled that the session is over for it. */
  readonly over: () => void;
  readonly onDropped: () => void;
  /** Whether a message is lost on its way, because somebody wants it to be. */
  readonly loses: (topic: string, from: string, to: string) => boolean;
}

export interface Session {
  /** The paths between hosts have changed. */
  pathsChanged(): void;
  /** Whether what either end sends now arrives at once: also after a cut only when the kernels have repeated what it held back. */
  isWhole(): boolean;
  isOver(): boolean;
}

/**
 * Whether a process speaks and listens on a connection. While its loop hangs a thread of libzmq's does, where there is one: at
 * whoever dialled for requests, and at both ends of the brokers' heartbeat (ADR 18).
 */
export function isAwake(process: SimulatedProcess, liveness: HeartbeatKind, dialled: boolean): boolean {
  const state = process.state();
  if (state === 'hung') return liveness === 'tcp' || (liveness === 'zmtp-soon' && dialled);
  return state !== 'stopped';
}

/** The time after which an end gives the other one up: measured for heartbeats of 50 ms and for the kernel's probes. */
const silenceMs: Readonly<Record<HeartbeatKind, readonly [number, number]>> = {
  'zmtp-soon': [1_000, 1_300],
  'zmtp-in-time': [2_000, 13_000],
  tcp: [1_500, 3_500],
};
/** The same for who was dialled, where it is told to be soon. */
const dialledSoonMs = [150, 255] as const;
/** The same for who dialled in time, from a message on that it sent. */
const unconfirmedMs = [1_000, 1_600] as const;
/** From the death of a process to the moment its peers hear that the connection broke. */
const brokenMs = [0.5, 8] as const;
/** What waited in a cut link arrives when the kernel tries again: after a time that doubles as long as nothing gets through. */
const retransmitMinMs = 200;

interface End extends Party, SessionEnd {
  readonly index: 0 | 1;
  /** Packets can still arrive here and be sent from here. */
  wired: boolean;
  /** On their way here, or arrived and unread. */
  unread: number;
  /** No packet arrives before one that was sent earlier. */
  lastArrivalMs: number;
  /** Arrived where the link is cut. */
  stalled: Packet[];
  stalledSinceMs: number;
  giveUp: (() => void) | undefined;
  /** It sent a message since it has reason to give up, and does so sooner. */
  unconfirmed: boolean;
}

/**
 * One established connection between two processes. Each direction keeps its order. It breaks when a process ends, and when
 * an end hears nothing for too long because the path is cut or the other process is stopped; what was under way is lost.
 */
export function createSession(dialler: Party, acceptor: Party, options: SessionOptions): Session {
  const { clock, chance, paths, liveness, highWaterMark, over, onDropped, loses } = options;

  const isOver = (): boolean => ends.every(({ wired }) => !wired);

  function createEnd(party: Party, index: 0 | 1): End {
    const end: End = {
      ...party,
      index,
      wired: true,
      unread: 0,
      lastArrivalMs: 0,
      stalled: [],
      stalledSinceMs: 0,
      giveUp: undefined,
      unconfirmed: false,
      send: (packet) => send(end, packet),
      close: () => closeInOrder(end),
    };
    return end;
  }

  const ends: readonly [End, End] = [createEnd(dialler, 0), createEnd(acceptor, 1)];
  const otherOf = (end: End): End => ends[end.index === 0 ? 1 : 0];
  const cutTo = (end: End): boolean => paths.isCut(otherOf(end).process.name, end.process.name);

  function send(from: End, packet: Packet): void {
    const to = otherOf(from);
    if (!from.wired || from.process.state() === 'ended') return;
    // Subscriptions have no mark: sockets.ts lifts it.
    if (to.unread >= highWaterMark && packet.type === 'message') return onDropped();
    if (packet.type === 'message' && loses(packet.topic, from.process.name, to.process.name)) return onDropped();
    to.unread += 1;
    if (packet.type === 'message') watchSooner(from);
    if (to.stalled.length > 0) return void to.stalled.push(packet);
    const arrivalMs = Math.max(to.lastArrivalMs, clock.nowMs() + paths.delayMs(from.process.name, to.process.name));
    to.lastArrivalMs = arrivalMs;
    clock.at(arrivalMs, () => arrive(to, packet));
  }

  function arrive(to: End, packet: Packet): void {
    if (!to.wired) return;
    if (cutTo(to) || to.stalled.length > 0) {
      if (to.stalled.length === 0) to.stalledSinceMs = clock.nowMs();
      if (packet.type === 'message') watchSooner(otherOf(to));
      return void to.stalled.push(packet);
    }
    to.process.deliver(() => {
      to.unread -= 1;
      to.user.received(to, packet);
    });
  }

  function healed(to: End): void {
    if (to.stalled.length === 0 || cutTo(to)) return;
    const cutForMs = clock.nowMs() - to.stalledSinceMs;
    clock.at(clock.nowMs() + chance.between(0, Math.max(retransmitMinMs, cutForMs)), () => {
      if (cutTo(to)) return;
      const packets = to.stalled;
      to.stalled = [];
      to.lastArrivalMs = clock.nowMs();
      for (const packet of packets) arrive(to, packet);
    });
  }

  /** This end is told that the connection is over, after everything that arrived. */
  function disconnect(end: End, ended = false): void {
    if (!end.wired) return;
    end.wired = false;
    end.stalled = [];
    end.giveUp?.();
    end.process.deliver(() => end.user.closed(end, ended));
    if (end.index === 0) over();
  }

  function closeInOrder(end: End): void {
    if (!end.wired) return;
    end.wired = false;
    end.giveUp?.();
    const to = otherOf(end);
    const arrivalMs = Math.max(to.lastArrivalMs, clock.nowMs() + paths.delayMs(end.process.name, to.process.name));
    clock.at(arrivalMs, () => (cutTo(to) ? watchFor(to) : disconnect(to, isProven(end))));
  }

  /** Whether bytes passed both ways until now: only then the end of a process is told from a cut link. */
  function isProven(ending: End): boolean {
    const { name } = otherOf(ending).process;
    return (
      !paths.isCut(name, ending.process.name) && otherOf(ending).stalled.length === 0 && ending.stalled.length === 0
    );
  }

  const awake = (end: End): boolean => isAwake(end.process, liveness, end.index === 0);

  /** Whether this end has reason to think that the other one is gone. */
  function silent(end: End): boolean {
    const other = otherOf(end);
    if (cutTo(end) || !other.wired || (liveness !== 'tcp' && !awake(other))) return true;
    // Who was dialled goes on hearing the PINGs when its own bytes do not arrive: then who dialled has to tell.
    return !isDialledSoon(end) && paths.isCut(end.process.name, other.process.name);
  }

  const isDialledSoon = (end: End): boolean => liveness === 'zmtp-soon' && end.index === 1;

  /** Gives the other end up after a silence; if it is heard of again meanwhile, not. */
  function watchFor(end: End, span = isDialledSoon(end) ? dialledSoonMs : silenceMs[liveness]): void {
    if (!end.wired || !silent(end) || end.giveUp !== undefined) return;
    const cancel = clock.at(clock.nowMs() + chance.between(...span), () => {
      end.giveUp?.();
      // Who sleeps notices nothing; its kernel keeps what arrives.
      if (silent(end) && awake(end)) breakFrom(end);
    });
    end.giveUp = () => {
      end.giveUp = undefined;
      end.unconfirmed = false;
      cancel();
    };
  }

  function watchSooner(end: End): void {
    if (liveness !== 'zmtp-in-time' || end.index !== 0 || end.unconfirmed || !silent(end)) return;
    end.giveUp?.();
    end.unconfirmed = true;
    watchFor(end, unconfirmedMs);
  }

  function breakFrom(end: End): void {
    disconnect(end);
    const other = otherOf(end);
    // What its kernel still had for the other one goes with it.
    other.stalled = [];
    // A reset reaches the other end unless the path is cut: then its own silence has to tell.
    if (!cutTo(other))
      clock.at(clock.nowMs() + paths.delayMs(end.process.name, other.process.name), () => disconnect(other));
    else watchFor(other);
  }

  function processChanged(): void {
    if (isOver()) {
      for (const stop of unwatch) stop();
      return;
    }
    for (const end of ends) {
      if (end.process.state() === 'ended') died(end);
      if (!silent(end)) end.giveUp?.();
      else if (end.process.state() !== 'ended') watchFor(end);
    }
  }

  function died(end: End): void {
    if (!end.wired) return;
    end.wired = false;
    end.giveUp?.();
    const other = otherOf(end);
    if (cutTo(other)) return watchFor(other);
    // Of what the kernel had taken some still arrives.
    if (chance.one(0.5)) {
      const brokenAtMs = clock.nowMs() + chance.between(...brokenMs);
      clock.at(brokenAtMs, () => (cutTo(other) ? watchFor(other) : disconnect(other, isProven(end))));
    } else {
      disconnect(other, isProven(end));
    }
  }

  const unwatch = ends.map(({ process }) => process.onChange(processChanged));
  for (const end of ends) end.process.deliver(() => end.user.opened(end));

  return {
    pathsChanged() {
      for (const end of ends) {
        if (silent(end)) watchFor(end);
        else end.giveUp?.();
        healed(end);
      }
    },
    isWhole: () => ends.every((end) => end.wired && !cutTo(end) && end.stalled.length === 0),
    isOver,
  };
}
