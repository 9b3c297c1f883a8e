import type { Stream, StreamUser, TakeStream } from '@cateto/zmtp';
import { greetingBytes } from '@cateto/zmtp';
import type { Clock } from './clock.ts';
import type { EventLoop } from './event-loop.ts';
import type { Packet, PacketOptions } from './packets.ts';
import { cutWrite, endOfStream, loseAll } from './packets.ts';
import type { SimulatedProcess } from './process.ts';
import { createOutgoing } from './outgoing.ts';
import type { Passage } from './passage.ts';
import { changeFate } from './passage.ts';

/*
 * A connection between two processes, as the kernels of two hosts make it from packets that may be late, held back by a
 * cut, or never arrive. It carries bytes; ZMTP is above it.
 */

/** One side of a session. */
export interface Party {
  readonly process: SimulatedProcess;
  /** The loop that reads and writes. */
  readonly loop: EventLoop;
  readonly opened: TakeStream;
  /** The last event, after `closed` of the stream's user. */
  readonly over: (fault?: string) => void;
  /** The kernel gives the connection up when the other kernel is silent. */
  readonly keptAlive: boolean;
}

export interface SessionOptions extends PacketOptions {
  readonly clock: Clock;
  /** How many messages in one direction may be in flight or unread. */
  readonly highWaterMark: number;
  readonly onDropped: () => void;
  /** Whether a test loses this message on its way. */
  readonly loses: (topic: string, from: string, to: string) => boolean;
  /** Receives each message that is sent. */
  readonly onMessage?: ((passage: Passage) => void) | undefined;
}

export interface Session {
  /** Paths between hosts have changed. */
  pathsChanged(): void;
  /**
   * Whether both sides have heard of each other, and a packet of either would arrive at once. After a cut, the kernels
   * must first have resent what was held back.
   */
  isWhole(): boolean;
  isOver(): boolean;
}

interface End extends Party {
  readonly index: 0 | 1;
  /** Bytes can still arrive at this end. */
  open: boolean;
  /** This end sends nothing more. */
  finished: boolean;
  user: StreamUser | undefined;
  /** Bytes and messages on the way to this end, or arrived and unread. */
  unreadBytes: number;
  unreadMessages: number;
  /** Bytes read. */
  read: number;
  /** No packet arrives before an earlier one. */
  lastArrivalMs: number;
  /** Packets stopped by a cut. */
  stalled: Packet[];
  stalledSinceMs: number;
  giveUp: (() => void) | undefined;
  /** So many bytes of this end wait that it was told to stop. */
  full: boolean;
}

/** How much the two kernels hold of one direction; more waits in the process. */
const kernelBytes = 2_500_000;
/** The mark of a stream of Node. */
const fullBytes = 16_384;
/** The silence after which a kernel gives up, measured with the options of the brokers' heartbeat. */
const keepAliveMs = [1_500, 3_500] as const;
/** From the death of a process until its peers notice the broken connection. */
const brokenMs = [0.5, 8] as const;
/**
 * Packets that waited in a cut link arrive at the kernel's next attempt. The time between attempts doubles while
 * nothing gets through.
 */
const retransmitMinMs = 200;

export function createSession(dialler: Party, acceptor: Party, options: SessionOptions): Session {
  const { clock, chance, paths, highWaterMark, onDropped, loses, onMessage } = options;

  const ends: readonly [End, End] = [createEnd(dialler, 0), createEnd(acceptor, 1)];
  const otherOf = (end: End): End => ends[end.index === 0 ? 1 : 0];
  const cutTo = (end: End): boolean => paths.isCut(otherOf(end).process.name, end.process.name);
  const isOver = (): boolean => ends.every(({ open }) => !open);
  const waitingOf = (end: End): number => Math.max(0, otherOf(end).unreadBytes - kernelBytes);

  function createEnd(party: Party, index: 0 | 1): End {
    return {
      ...party,
      index,
      open: true,
      finished: false,
      user: undefined,
      unreadBytes: 0,
      unreadMessages: 0,
      read: 0,
      lastArrivalMs: 0,
      stalled: [],
      stalledSinceMs: 0,
      giveUp: undefined,
      full: false,
    };
  }

  function streamOf(end: End): Stream {
    const to = otherOf(end);
    const take = createOutgoing({
      from: end.process.name,
      to: to.process.name,
      nowMs: end.loop.nowMs,
      loses(topic, from, receiver) {
        const lost = to.unreadMessages >= highWaterMark || loses(topic, from, receiver);
        if (lost) onDropped();
        else to.unreadMessages += 1;
        return lost;
      },
      onMessage,
    });
    return {
      write(bytes) {
        if (!end.open || end.finished) return;
        const { passing, passages } = take(bytes);
        if (passing.bytes.length === 0) return;
        to.unreadBytes += passing.bytes.length;
        if (waitingOf(end) >= fullBytes) end.full = true;
        end.loop.leave(() => cutWrite(passing, passages, options, (packet, late) => transmit(end, packet, late)));
      },
      waiting: () => waitingOf(end),
      isFull: () => waitingOf(end) >= fullBytes,
      isWritable: () => end.open && !end.finished,
      end() {
        if (!end.open || end.finished) return;
        end.finished = true;
        end.loop.leave(() => transmit(end, endOfStream));
      },
      destroy: () => shut(end, () => transmit(end, endOfStream)),
      reset: () => shut(end, () => reset(end)),
      keepAlive: () => undefined,
    };
  }

  /** Closes an end at once. */
  function shut(end: End, tell: () => void): void {
    if (!end.open) return;
    end.loop.leave(tell);
    close(end, false);
  }

  function close(end: End, byPeer: boolean): void {
    if (!end.open) return;
    end.open = false;
    loseAll(end.stalled);
    end.giveUp?.();
    end.loop.deliver(() => {
      end.user?.closed(byPeer, end.loop.nowMs());
      end.over();
    });
  }

  function transmit(from: End, packet: Packet, late?: boolean): void {
    const to = otherOf(from);
    if (from.process.state() === 'ended') return changeFate(packet.passages, 'lost');
    if (to.stalled.length > 0) return stall(to, packet);
    const hopMs = paths.delayMs(from.process.name, to.process.name, late);
    const passedMs = paths.passedMs(from.process.name, to.process.name, packet.bytes?.length ?? 0, clock.nowMs());
    const arrivalMs = (to.lastArrivalMs = Math.max(to.lastArrivalMs, passedMs + hopMs));
    changeFate(packet.passages, 'under-way', arrivalMs);
    clock.at(arrivalMs, () => arrive(to, packet));
  }

  function stall(to: End, packet: Packet): void {
    changeFate(packet.passages, 'held');
    to.stalled.push(packet);
  }

  const delayMs = (from: End): number => paths.delayMs(from.process.name, otherOf(from).process.name);

  function arrive(to: End, packet: Packet): void {
    if (!to.open) {
      changeFate(packet.passages, 'lost');
      // A kernel refuses bytes for a connection that does not exist any more.
      if (packet.bytes !== undefined) reset(to);
      return;
    }
    if (cutTo(to) || to.stalled.length > 0) {
      if (to.stalled.length === 0) to.stalledSinceMs = clock.nowMs();
      return stall(to, packet);
    }
    changeFate(packet.passages, 'waiting');
    to.loop.deliver(() => read(to, packet));
  }

  function read(to: End, { bytes, messages, passages }: Packet): void {
    changeFate(passages, to.open ? 'read' : 'lost');
    if (!to.open) return;
    if (bytes === undefined) {
      close(to, true);
      // The end of a stream ends the other direction too.
      return to.loop.leave(() => transmit(to, endOfStream));
    }
    to.unreadBytes -= bytes.length;
    to.unreadMessages -= messages;
    to.read += bytes.length;
    const from = otherOf(to);
    if (from.full && waitingOf(from) === 0) {
      from.full = false;
      from.loop.deliver(() => from.user?.drained());
    }
    to.user?.heard(bytes, to.loop.nowMs());
  }

  /** Tells the other end that this one does not exist any more, unless the path is cut. */
  function reset(end: End): void {
    const other = otherOf(end);
    // Bytes that this kernel still had for the other end are lost.
    loseAll(other.stalled);
    if (!other.open) return;
    if (!cutTo(other)) clock.at(clock.nowMs() + delayMs(end), () => !cutTo(other) && close(other, true));
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

  /** Whether the kernel of this end hears nothing of the other one. */
  function silent(end: End): boolean {
    const other = otherOf(end);
    return cutTo(end) || !other.open || paths.isCut(end.process.name, other.process.name);
  }

  function watchFor(end: End): void {
    if (!end.keptAlive || !end.open || !silent(end) || end.giveUp !== undefined) return;
    const cancel = clock.at(clock.nowMs() + chance.between(...keepAliveMs), () => {
      end.giveUp?.();
      if (!silent(end)) return;
      reset(end);
      close(end, false);
    });
    end.giveUp = () => {
      end.giveUp = undefined;
      cancel();
    };
  }

  function processChanged(): void {
    if (isOver()) {
      for (const stop of unwatch) stop();
      return;
    }
    for (const end of ends) if (end.process.state() === 'ended') died(end);
  }

  function died(end: End): void {
    if (!end.open) return;
    end.open = false;
    end.giveUp?.();
    const other = otherOf(end);
    if (cutTo(other)) return watchFor(other);
    // Some of the packets that the kernel had taken still arrive.
    const brokenAtMs = clock.nowMs() + (chance.one(0.5) ? chance.between(...brokenMs) : 0);
    clock.at(brokenAtMs, () => (cutTo(other) ? watchFor(other) : close(other, true)));
  }

  const unwatch = ends.map(({ process }) => process.onChange(processChanged));
  for (const end of ends) {
    end.loop.deliver(() => {
      end.user = end.opened(streamOf(end));
    });
  }

  return {
    pathsChanged() {
      for (const end of ends) {
        if (silent(end)) watchFor(end);
        else end.giveUp?.();
        healed(end);
      }
    },
    // A side that has read more than the other's greeting has a peer that speaks ZMTP.
    isWhole: () => ends.every((end) => end.open && end.read > greetingBytes && !cutTo(end) && end.stalled.length === 0),
    isOver,
  };
}
