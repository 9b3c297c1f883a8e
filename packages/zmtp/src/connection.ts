import {
  isPong,
  legacyCancel,
  legacySubscribe,
  readPing,
  readSubscription,
  writePing,
  writeSubscription,
} from './commands.ts';
import { concat, latin1 } from './bytes.ts';
import { commandFlag, createFrameReader, moreFlag } from './frame-reader.ts';
import { greetingBytes, greetingFault, speaksCommands, writeGreeting } from './greeting.ts';
import type { Heartbeat } from './liveness.ts';
import { createLiveness } from './liveness.ts';
import type { Cipher, Handshake, Mechanism, Role } from './mechanism.ts';
import { createMessageFrames } from './message-frames.ts';
import type { SocketType } from './metadata.ts';
import { metadataFault, writeMetadata } from './metadata.ts';
import type { Stream, StreamUser } from './network.ts';
import type { Peer, PeerEvents } from './peer.ts';
import type { PeerBoundsOptions } from './peer-bounds.ts';
import { createPeerBounds } from './peer-bounds.ts';
import { createRoundTrip } from './round-trip.ts';
import { createWriteBuffer } from './write-buffer.ts';

export type { Peer, PeerEvents } from './peer.ts';

export interface ConnectionOptions extends PeerBoundsOptions {
  readonly type: SocketType;
  readonly mechanism: Mechanism;
  /** Without what the mechanism adds. */
  readonly frameBytesMax: number;
  /** How many bytes may wait for a peer; further messages are lost. */
  readonly unsentBytesMax: number;
  /** Longer prefixes are cut to this length. */
  readonly prefixBytesMax: number;
  readonly heartbeat: Heartbeat;
  /** This peer has bytes to flush before the turn ends. */
  readonly onDirty: (peer: Peer) => void;
  /** Why the peer was cut off. */
  readonly onFault: (what: string) => void;
}

/** One connection: bytes and time go in, bytes go out to the stream, and events to the socket. */
export interface Connection extends StreamUser {
  /**
   * One tick has passed, however late it runs. So a standstill of this process does not count as silence of the peer.
   */
  tick(nowMs: number): void;
  readonly isReady: () => boolean;
  /** Bytes that wait for the peer. */
  readonly waiting: () => number;
  /** The other side does not accept the key of this side. */
  readonly isRefused: () => boolean;
  /** Cuts off a peer whose key is not accepted any more. */
  recheck(refusalOf: (publicKey: Uint8Array) => string | undefined): void;
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
/** The frames of a handshake are small. A peer that sends a larger one does not belong to this system. */
const handshakeFrameBytesMax = 8_192;
/** When more bytes than this wait for a peer, its PINGs are not answered any more. */
const pongsWaitingMax = 65_536;

/** Speaks ZMTP on a stream that has just been connected. */
export function speak(stream: Stream, role: Role, options: ConnectionOptions, events: PeerEvents): Connection {
  const { type, mechanism, unsentBytesMax, prefixBytesMax, heartbeat, tickMs, onDirty, onFault } = options;
  const onlySubscribes = type === 'PUB' || type === 'XPUB';
  const ping = writePing(heartbeat.ttlMs);
  const writeBuffer = createWriteBuffer(stream);
  const liveness = createLiveness(heartbeat, tickMs);
  const roundTrip = createRoundTrip();
  const bounds = createPeerBounds(options, cutOff);
  let greeting: Uint8Array | undefined = new Uint8Array();
  /** Undefined when it is over. */
  let handshake: Handshake | undefined = mechanism.begin(role, writeMetadata(type));
  let cipher: Cipher | undefined;
  let publicKey: Uint8Array | undefined;
  let refused = false;
  let closed = false;
  let knowsCommands = false;
  let dirty = false;
  /** The answer to the peer's last PING, which the next tick sends. */
  let pong: Uint8Array | undefined;
  /** When the bytes arrived that are being read. */
  let heardMs = 0;

  const peer: Peer = {
    get publicKey() {
      return publicKey;
    },
    send(head, body) {
      const waiting = writeBuffer.waiting();
      if (waiting > unsentBytesMax) return false;
      bounds.waits(waiting);
      if (body === undefined) {
        put(0, head);
      } else {
        put(moreFlag, head);
        put(0, body);
      }
      liveness.sent();
      if (writeBuffer.unflushed() < eagerBytes) touched();
      else writeBuffer.flush();
      return true;
    },
    subscription(prefix, subscribed) {
      // The peer reconnects and gets the current table then.
      if (writeBuffer.waiting() > unsentBytesMax) stream.destroy();
      else if (knowsCommands) command(writeSubscription(prefix, subscribed));
      else {
        put(0, `${String.fromCharCode(subscribed ? legacySubscribe : legacyCancel)}${prefix}`);
        touched();
      }
    },
    flush() {
      dirty = false;
      writeBuffer.flush();
    },
    misused: bounds.misused,
    destroy() {
      reader.stop();
      stream.destroy();
    },
  };

  const messages = createMessageFrames({
    message(first, second, frames) {
      if (!onlySubscribes || bounds.mayCommand()) events.message(peer, first, second, frames);
    },
    endless: () => cutOff('a message without an end'),
  });

  const reader = createFrameReader(
    { frameBytesMax: options.frameBytesMax + mechanism.overheadBytes },
    { frame: take, fault: cutOff },
  );

  function put(flags: number, body: Uint8Array | string): void {
    if (cipher === undefined) writeBuffer.frame(flags, body);
    else writeBuffer.frame(0, cipher.seal(flags, body));
  }

  function touched(): void {
    if (dirty) return;
    dirty = true;
    onDirty(peer);
  }

  function command(body: Uint8Array): void {
    put(commandFlag, body);
    touched();
  }

  function sendPing(nowMs: number): void {
    roundTrip.pinged(nowMs);
    command(ping);
  }

  function cutOff(what: string): void {
    onFault(what);
    reader.stop();
    stream.destroy();
  }

  function refuse(what: string, tell: Uint8Array | undefined): void {
    if (tell === undefined) {
      refused = true;
      return cutOff(what);
    }
    onFault(what);
    reader.stop();
    writeBuffer.frame(commandFlag, tell);
    // A peer that does not close its side is cut off when its time for the handshake is over.
    writeBuffer.end();
  }

  function greet(chunk: Uint8Array): void {
    const said = concat(greeting ?? chunk, chunk);
    const fault = greetingFault(said, mechanism, role);
    if (fault !== undefined) return cutOff(fault);
    greeting = said;
    if (said.length < greetingBytes) return;
    greeting = undefined;
    knowsCommands = speaksCommands(said);
    // A peer that answers no PING: the kernel's keepalive detects that it is gone.
    if (!knowsCommands) stream.keepAlive(heartbeat.silenceMs);
    reader.push(said.subarray(greetingBytes));
  }

  function take(flags: number, bytes: Uint8Array, start: number, end: number): void {
    if (handshake !== undefined) return shakeHands(handshake, flags, bytes, start, end);
    if (cipher === undefined) return takeFrame(flags, bytes, start, end);
    const fault = cipher.open(bytes, start, end, takeFrame);
    if (fault !== undefined) cutOff(fault);
  }

  function takeFrame(flags: number, bytes: Uint8Array, start: number, end: number): void {
    if ((flags & commandFlag) === 0) messages.take(flags, bytes, start, end);
    else if (bounds.mayCommand()) obey(bytes, start, end);
  }

  function shakeHands(hands: Handshake, flags: number, bytes: Uint8Array, start: number, end: number): void {
    if ((flags & (commandFlag | moreFlag)) !== commandFlag) return cutOff('a message before the handshake');
    if (end - start > handshakeFrameBytesMax) return cutOff('a handshake above the limit');
    const step = hands.take(bytes, start, end);
    if (step.type === 'fault') return cutOff(step.what);
    if (step.type === 'refused') return refuse(step.what, step.command);
    if (step.command !== undefined) command(step.command);
    if (step.type === 'reply') return;
    const fault = metadataFault(type, step.metadata);
    if (fault !== undefined) return cutOff(fault);
    handshake = undefined;
    cipher = step.cipher;
    publicKey = step.publicKey;
    liveness.ready(knowsCommands);
    if (knowsCommands && heartbeat.firstPing === true) sendPing(heardMs);
    events.ready(peer);
  }

  function obey(bytes: Uint8Array, start: number, end: number): void {
    const asked = readSubscription(bytes, start, end);
    if (asked !== undefined) {
      const prefix = latin1(bytes, asked.at, Math.min(end, asked.at + prefixBytesMax));
      return events.subscription(peer, prefix, asked.subscribed, end - asked.at);
    }
    const pinged = readPing(bytes, start, end);
    if (pinged === undefined) {
      if (isPong(bytes, start, end)) roundTrip.ponged();
      return;
    }
    liveness.asked(pinged.ttlMs);
    if (heartbeat.pongsAtTick === true) pong = pinged.pong;
    else answerPing(pinged.pong);
  }

  function answerPing(answer: Uint8Array): void {
    // Stop answering the PINGs of a peer that does not read.
    if (writeBuffer.waiting() < pongsWaitingMax) command(answer);
  }

  function begin(): void {
    stream.write(writeGreeting(mechanism, role));
    const opening = handshake?.first();
    if (opening !== undefined) writeBuffer.frame(commandFlag, opening);
    writeBuffer.flush();
  }

  begin();

  return {
    heard(chunk, nowMs) {
      liveness.heard();
      heardMs = nowMs;
      if (greeting === undefined) reader.push(chunk);
      else greet(chunk);
      bounds.holds(reader.held() + messages.held());
    },
    drained: writeBuffer.drained,
    closed(byPeer, nowMs) {
      if (closed) return;
      closed = true;
      reader.stop();
      const meaning = byPeer ? handshake?.closedByPeer?.() : undefined;
      if (meaning !== undefined) onFault(meaning);
      if (handshake === undefined) events.closed(peer, byPeer && roundTrip.isProven(freshMs, nowMs));
    },
    tick(nowMs) {
      if (pong !== undefined) answerPing(pong);
      pong = undefined;
      const due = bounds.tick(writeBuffer.taken(), writeBuffer.waiting()) ? 'given-up' : liveness.tick();
      // A reset, because bytes that the kernel still holds for the peer must not arrive when the link heals.
      if (due === 'given-up') stream.reset();
      else if (due === 'ping-due') sendPing(nowMs);
    },
    isReady: () => handshake === undefined,
    waiting: writeBuffer.waiting,
    isRefused: () => refused,
    recheck(refusalOf) {
      if (publicKey === undefined || handshake !== undefined) return;
      const refusal = refusalOf(publicKey);
      if (refusal !== undefined) cutOff(refusal);
    },
    end: writeBuffer.end,
  };
}
