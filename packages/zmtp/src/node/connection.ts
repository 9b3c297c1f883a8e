import type { Socket } from 'node:net';
import { timers } from './timers.ts';
import {
  isPong,
  legacyCancel,
  legacySubscribe,
  readPing,
  readSubscription,
  writePing,
  writeSubscription,
} from '../commands.ts';
import { commandFlag, createFrameReader, moreFlag } from '../frame-reader.ts';
import type { SocketType } from '../handshake.ts';
import {
  greetingBytes,
  greetingFault,
  handshakeFrameBytesMax,
  readyFault,
  speaksCommands,
  writeGreeting,
  writeReady,
} from '../handshake.ts';
import type { Heartbeat } from '../liveness.ts';
import { createLiveness } from '../liveness.ts';
import { createWriteBuffer } from './write-buffer.ts';
import { createRoundTrip } from '../round-trip.ts';

/** The other side of a connection whose handshake is done. */
export interface Peer {
  /**
   * Sends a message of two frames with this turn's others.
   *
   * @returns false when it is lost: more waits for this peer than may
   */
  send(topic: Uint8Array | string, body: Uint8Array): boolean;
  /** Asks for a prefix, or not any longer. A peer for which this would be lost is cut off: what it knows would be wrong for good. */
  subscription(prefix: string, subscribed: boolean): void;
  flush(): void;
  /** Cuts it off. */
  destroy(): void;
}

export interface PeerEvents {
  ready(peer: Peer): void;
  /** A whole message: up to two frames of it, and how many it had. */
  message(peer: Peer, first: Buffer, second: Buffer | undefined, frames: number): void;
  /** It asks for a prefix, or not any longer. `prefix` has no more than `prefixBytesMax` characters, `bytes` says how many it had. */
  subscription(peer: Peer, prefix: string, subscribed: boolean, bytes: number): void;
  /**
   * Only after `ready`.
   *
   * @param ended the process on the other side ended: it closed the connection while bytes passed both ways. Without this
   *   proof the close may also come from a cut link, a standstill of either side, or this side's own decision.
   */
  closed(peer: Peer, ended: boolean): void;
}

export interface ConnectionOptions {
  readonly type: SocketType;
  readonly frameBytesMax: number;
  /** Bytes that may wait for a peer before what else it is sent is lost. */
  readonly unsentBytesMax: number;
  /** Longer prefixes are not told from one another. */
  readonly prefixBytesMax: number;
  readonly heartbeat: Heartbeat;
  /** From one `tick` to the next. */
  readonly tickMs: number;
  /** A monotonic clock in milliseconds; `performance.now` unless given. */
  readonly nowMs?: () => number;
  /** Something is to be flushed before this turn ends. */
  readonly onDirty: (peer: Peer) => void;
  /** Why the other side was cut off. */
  readonly onFault: (what: string) => void;
}

export interface Connection {
  /** The next bytes from the other side; they may be kept. */
  hear(chunk: Buffer): void;
  /** Time has passed: one tick of it, however late. So what this process slept through is nobody's silence. */
  tick(): void;
  readonly isReady: () => boolean;
  /** Lets what waits leave, then ends. */
  end(): void;
}

/**
 * So much leaves before the turn ends: the other side begins while this one goes on. Waiting for a whole turn of 256 requests made
 * every process idle while another had them all: a tenth to a sixth fewer in all, of 1,024 a quarter.
 */
const eagerBytes = 2_048;
/**
 * A peer that closes so soon after an answered PING did not close for want of answers. A server gives a connection up after a second
 * of silence (`sockets.ts`): libzmq 1,001 ms after its last byte at the earliest (measured), our own code after 1.5 s. The difference is
 * for timers of a server that count differently.
 */
const freshMs = 750;
/** Bytes that wait for a peer when it is not answered any more. */
const pongsWaitingMax = 65_536;

/** Speaks ZMTP on a socket that is connected. */
export function speak(socket: Socket, options: ConnectionOptions, events: PeerEvents): Connection {
  const { type, frameBytesMax, unsentBytesMax, prefixBytesMax, heartbeat, tickMs, onDirty, onFault } = options;
  const nowMs = options.nowMs ?? timers.monotonicMs;
  const ping = writePing(heartbeat.ttlMs);
  const writeBuffer = createWriteBuffer(socket);
  const liveness = createLiveness(heartbeat, tickMs);
  const roundTrip = createRoundTrip();
  let closedByPeer = false;
  let greeting: Buffer | undefined = Buffer.alloc(0);
  let ready = false;
  let knowsCommands = false;
  let dirty = false;
  // The message that is coming in.
  let frames = 0;
  let first: Buffer | undefined;
  let second: Buffer | undefined;

  const peer: Peer = {
    send(topic, body) {
      if (writeBuffer.waiting() > unsentBytesMax) return false;
      writeBuffer.frame(moreFlag, topic);
      writeBuffer.frame(0, body);
      liveness.sent();
      if (writeBuffer.unflushed() < eagerBytes) touched();
      else writeBuffer.flush();
      return true;
    },
    subscription(prefix, subscribed) {
      // It connects anew and gets the table as it is then.
      if (writeBuffer.waiting() > unsentBytesMax) socket.destroy();
      else if (knowsCommands) command(writeSubscription(prefix, subscribed));
      else {
        writeBuffer.frame(0, `${String.fromCharCode(subscribed ? legacySubscribe : legacyCancel)}${prefix}`);
        touched();
      }
    },
    flush() {
      dirty = false;
      writeBuffer.flush();
    },
    destroy: () => void socket.destroy(),
  };

  const reader = createFrameReader({ frameBytesMax }, { frame: take, fault: cutOff });

  function touched(): void {
    if (dirty) return;
    dirty = true;
    onDirty(peer);
  }

  function command(body: Buffer): void {
    writeBuffer.frame(commandFlag, body);
    touched();
  }

  function sendPing(): void {
    roundTrip.pinged(nowMs());
    command(ping);
  }

  function cutOff(what: string): void {
    onFault(what);
    reader.stop();
    socket.destroy();
  }

  function greet(chunk: Buffer): void {
    const said = Buffer.concat([greeting ?? chunk, chunk]);
    const fault = greetingFault(said);
    if (fault !== undefined) return cutOff(fault);
    greeting = said;
    if (said.length < greetingBytes) return;
    greeting = undefined;
    knowsCommands = speaksCommands(said);
    // It answers no PING. What it is not sent anything for, the kernel finds out.
    if (!knowsCommands) socket.setKeepAlive(true, heartbeat.silenceMs);
    reader.push(said.subarray(greetingBytes));
  }

  function take(flags: number, bytes: Buffer, start: number, end: number): void {
    if (!ready) return shakeHands(flags, bytes, start, end);
    if ((flags & commandFlag) !== 0) return obey(bytes, start, end);
    frames += 1;
    if (frames === 1) first = bytes.subarray(start, end);
    else if (frames === 2) second = bytes.subarray(start, end);
    if ((flags & moreFlag) !== 0 || first === undefined) return;
    const [whole, rest, count] = [first, second, frames];
    first = second = undefined;
    frames = 0;
    events.message(peer, whole, rest, count);
  }

  function shakeHands(flags: number, bytes: Buffer, start: number, end: number): void {
    if ((flags & commandFlag) === 0) return cutOff('a message before the handshake');
    if (end - start > handshakeFrameBytesMax) return cutOff('a handshake above the limit');
    const fault = readyFault(type, bytes.subarray(start, end));
    if (fault !== undefined) return cutOff(fault);
    ready = true;
    liveness.ready(knowsCommands);
    if (knowsCommands && heartbeat.firstPing === true) sendPing();
    events.ready(peer);
  }

  function obey(bytes: Buffer, start: number, end: number): void {
    const asked = readSubscription(bytes, start, end);
    if (asked !== undefined) {
      const prefix = bytes.toString('latin1', asked.at, Math.min(end, asked.at + prefixBytesMax));
      return events.subscription(peer, prefix, asked.subscribed, end - asked.at);
    }
    const pinged = readPing(bytes, start, end);
    if (pinged === undefined) {
      if (isPong(bytes, start, end)) roundTrip.ponged();
      return;
    }
    liveness.asked(pinged.ttlMs);
    // Who never reads its PONGs gets no more of them.
    if (writeBuffer.waiting() < pongsWaitingMax) command(pinged.pong);
  }

  socket.once('end', () => {
    closedByPeer = true;
  });
  // With unread bytes in its kernel an ended process leaves a reset.
  socket.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNRESET') closedByPeer = true;
  });
  socket.once('close', () => {
    reader.stop();
    if (ready) events.closed(peer, closedByPeer && roundTrip.isProven(freshMs, nowMs()));
  });
  socket.write(writeGreeting());
  writeBuffer.frame(commandFlag, writeReady(type));
  writeBuffer.flush();

  return {
    hear(chunk) {
      liveness.heard();
      if (greeting === undefined) reader.push(chunk);
      else greet(chunk);
    },
    tick() {
      const due = liveness.tick();
      // A reset: what the kernel still has for the other side must not arrive when the link heals.
      if (due === 'given-up') socket.resetAndDestroy();
      else if (due === 'ping-due') sendPing();
    },
    isReady: () => ready,
    end: writeBuffer.end,
  };
}
