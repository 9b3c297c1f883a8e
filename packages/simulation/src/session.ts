import type { Chance } from './chance.ts';
import type { Clock } from './clock.ts';
import type { Paths } from './paths.ts';
import type { SimulatedProcess } from './process.ts';

/** What travels on a connection: a message, or a subscription. */
export type Packet =
  | { readonly type: 'message'; readonly topic: string; readonly body: Uint8Array }
  | { readonly type: 'subscription'; readonly topic: string; readonly subscribed: boolean };

/** One end of a session, as its socket uses it. */
export interface SessionEnd {
  /** Never waits: beyond the high-water mark, or when the session is over, the packet is dropped. */
  send(packet: Packet): void;
  /** Closes in order: earlier packets arrive first. */
  close(): void;
}

/** How a socket uses a session. All functions are called from the event loop of the socket's process. */
export interface SessionUser {
  opened(end: SessionEnd): void;
  received(end: SessionEnd, packet: Packet): void;
  /** @param ended the process on the other side ended, and this side knows it (like `PeerEvents.closed` of ZMTP) */
  closed(end: SessionEnd, ended: boolean): void;
}

/** How a connection detects a peer that is gone without closing. */
export type HeartbeatKind =
  /** ZMTP heartbeats every 50 ms: the side that was dialled waits for 200 ms, the side that dialled for a second. */
  | 'zmtp-soon'
  /** ZMTP heartbeats with 4 and 12 s; half a second and one second after a message of the dialling side. */
  | 'zmtp-in-time'
  /** The kernel's keepalive: a stopped process counts as alive. */
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
  /** How many packets in one direction may be in flight or unread. */
  readonly highWaterMark: number;
  /** Tells the side that dialled that its session is over. */
  readonly over: () => void;
  readonly onDropped: () => void;
  /** Whether a test loses this message on its way. */
  readonly loses: (topic: string, from: string, to: string) => boolean;
}

export interface Session {
  /** Paths between hosts have changed. */
  pathsChanged(): void;
  /**
   * Whether a packet of either end would arrive at once. After a cut, the kernels must first have resent what was held
   * back.
   */
  isWhole(): boolean;
  isOver(): boolean;
}

/**
 * Whether a process sends and receives on a connection. While its event loop hangs, libzmq's thread does, where there
 * is one: on the dialling side of request connections, and on both sides of the brokers' heartbeat (ADR 18).
 */
export function isAwake(process: SimulatedProcess, liveness: HeartbeatKind, dialled: boolean): boolean {
  const state = process.state();
  if (state === 'hung') return liveness === 'tcp' || (liveness === 'zmtp-soon' && dialled);
  return state !== 'stopped';
}

/**
 * After what silence an end gives the other one up: measured for heartbeats of 50 ms and for the kernel's keepalive.
 */
const silenceMs: Readonly<Record<HeartbeatKind, readonly [number, number]>> = {
  'zmtp-soon': [1_000, 1_300],
  'zmtp-in-time': [2_000, 13_000],
  tcp: [1_500, 3_500],
};
/** The same for the side that was dialled, with `zmtp-soon`. */
const dialledSoonMs = [150, 255] as const;
/** The same for the side that dialled, with `zmtp-in-time`, after it sent a message. */
const unconfirmedMs = [1_000, 1_600] as const;
/** From the death of a process until its peers notice the broken connection. */
const brokenMs = [0.5, 8] as const;
/**
 * Packets that waited in a cut link arrive at the kernel's next attempt. The time between attempts doubles while
 * nothing gets through.
 */
const retransmitMinMs = 200;

interface End extends Party, SessionEnd {
  readonly index: 0 | 1;
  /** Packets can still arrive at this end and be sent from it. */
  wired: boolean;
  /** Packets in flight to this end, or arrived and unread. */
  unread: number;
  /** No packet arrives before an earlier one. */
  lastArrivalMs: number;
  /** Packets stopped by a cut. */
  stalled: Packet[];
  stalledSinceMs: number;
  giveUp: (() => void) | undefined;
  /** A message was sent that nothing has confirmed, so this end gives up sooner. */
  unconfirmed: boolean;
}

/**
 * One established connection between two processes. Each direction keeps its order. It breaks when a process ends, and
 * when an end hears nothing for too long because the path is cut or the other process is stopped. Packets in flight are
 * lost then.
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
    // Subscriptions have no high-water mark: sockets.ts lifts it.
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

  /** Tells this end that the connection is over, after everything that arrived. */
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

  /**
   * Whether bytes have passed both ways until now. Only then can the end of a process be distinguished from a cut link.
   */
  function isProven(ending: End): boolean {
    const { name } = otherOf(ending).process;
    return (
      !paths.isCut(name, ending.process.name) && otherOf(ending).stalled.length === 0 && ending.stalled.length === 0
    );
  }

  const awake = (end: End): boolean => isAwake(end.process, liveness, end.index === 0);

  /** Whether this end has reason to believe that the other one is gone. */
  function silent(end: End): boolean {
    const other = otherOf(end);
    if (cutTo(end) || !other.wired || (liveness !== 'tcp' && !awake(other))) return true;
    // The side that was dialled still receives PINGs when its own bytes do not arrive. Then the other side has to
    // notice.
    return !isDialledSoon(end) && paths.isCut(end.process.name, other.process.name);
  }

  const isDialledSoon = (end: End): boolean => liveness === 'zmtp-soon' && end.index === 1;

  /** Gives the other end up after a silence, unless it is heard again meanwhile. */
  function watchFor(end: End, span = isDialledSoon(end) ? dialledSoonMs : silenceMs[liveness]): void {
    if (!end.wired || !silent(end) || end.giveUp !== undefined) return;
    const cancel = clock.at(clock.nowMs() + chance.between(...span), () => {
      end.giveUp?.();
      // A process that sleeps notices nothing; its kernel keeps what arrives.
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
    // Packets that its kernel still had for the other end are lost with it.
    other.stalled = [];
    // A reset reaches the other end unless the path is cut. Then that end notices by the silence.
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
    // Some of the packets that the kernel had taken still arrive.
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
