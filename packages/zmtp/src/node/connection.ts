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

/** The other side of a connection after the handshake. */
export interface Peer {
  /**
   * Sends a message of two frames, together with the other messages of this turn.
   *
   * @returns false when the message is lost because too many bytes wait for this peer
   */
  send(topic: Uint8Array | string, body: Uint8Array): boolean;
  /**
   * Sends a subscription or its end. If it would be lost, the peer is cut off: otherwise its table would stay wrong.
   */
  subscription(prefix: string, subscribed: boolean): void;
  flush(): void;
  /** Closes the connection at once. */
  destroy(): void;
}

export interface PeerEvents {
  ready(peer: Peer): void;
  /** A whole message: its first two frames, and the number of its frames. */
  message(peer: Peer, first: Buffer, second: Buffer | undefined, frames: number): void;
  /**
   * The peer subscribes or unsubscribes. `prefix` is cut to `prefixBytesMax` characters; `bytes` is its full length.
   */
  subscription(peer: Peer, prefix: string, subscribed: boolean, bytes: number): void;
  /**
   * Called only after `ready`.
   *
   * @param ended the peer's process ended: it closed the connection while bytes passed both ways. If false, the close
   * may also come from a cut link, a standstill of either side, or this side's own decision.
   */
  closed(peer: Peer, ended: boolean): void;
}

export interface ConnectionOptions {
  readonly type: SocketType;
  readonly frameBytesMax: number;
  /** How many bytes may wait for a peer; further messages are lost. */
  readonly unsentBytesMax: number;
  /** Longer prefixes are cut to this length. */
  readonly prefixBytesMax: number;
  readonly heartbeat: Heartbeat;
  /** The time from one `tick` to the next. */
  readonly tickMs: number;
  /** A monotonic clock in milliseconds; by default `performance.now`. */
  readonly nowMs?: () => number;
  /** This peer has bytes to flush before the turn ends. */
  readonly onDirty: (peer: Peer) => void;
  /** Why the peer was cut off. */
  readonly onFault: (what: string) => void;
}

export interface Connection {
  /** The next bytes from the peer. The connection may keep them. */
  hear(chunk: Buffer): void;
  /**
   * One tick has passed, however late it runs. So a standstill of this process does not count as silence of the peer.
   */
  tick(): void;
  readonly isReady: () => boolean;
  /** Sends what waits, then ends. */
  end(): void;
}

/**
 * So many bytes leave before the turn ends, so that the peer begins while this side continues. Waiting for a whole turn
 * of 256 requests left every process idle while another one had all of them: a tenth to a sixth less throughput, with
 * 1,024 requests a quarter.
 */
const eagerBytes = 2_048;
/**
 * A peer that closes within this time of an answered PING did not close because answers were missing. A server gives a
 * connection up after a second of silence (`sockets.ts`): libzmq at the earliest 1,001 ms after its last byte
 * (measured), our own code after 1.5 s. The difference allows for timers of a server that count differently.
 */
const freshMs = 750;
/** When more bytes than this wait for a peer, its PINGs are not answered any more. */
const pongsWaitingMax = 65_536;

/** Speaks ZMTP on a connected socket. */
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
  // The message that is being received.
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
      // The peer reconnects and gets the current table then.
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
    // A peer that answers no PING: the kernel's keepalive detects that it is gone.
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
    // Stop answering the PINGs of a peer that does not read.
    if (writeBuffer.waiting() < pongsWaitingMax) command(pinged.pong);
  }

  socket.once('end', () => {
    closedByPeer = true;
  });
  // A process that ends with unread bytes in its kernel leaves a reset.
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
      // A reset, because bytes that the kernel still holds for the peer must not arrive when the link heals.
      if (due === 'given-up') socket.resetAndDestroy();
      else if (due === 'ping-due') sendPing();
    },
    isReady: () => ready,
    end: writeBuffer.end,
  };
}
