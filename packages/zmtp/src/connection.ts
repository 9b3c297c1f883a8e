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
import { greetingBytes, greetingFault, mechanismIn, speaksCommands, writeGreeting } from './greeting.ts';
import type { Connection, ConnectionOptions } from './connection-types.ts';
import { createLiveness } from './liveness.ts';
import type { Cipher, Handshake, Refusal, Role } from './mechanism.ts';
import { createMessageFrames } from './message-frames.ts';
import { metadataFault, writeMetadata } from './metadata.ts';
import type { Stream } from './network.ts';
import type { Peer, PeerEvents } from './peer.ts';
import { createPeerBounds } from './peer-bounds.ts';
import { createRoundTrip } from './round-trip.ts';
import { createWriteBuffer } from './write-buffer.ts';

export type { Peer, PeerEvents } from './peer.ts';
export type { Connection, ConnectionOptions } from './connection-types.ts';

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
/** The same on a far link: a share of the silence that the peer's PINGs allow, which is four round trips. */
const freshShare = 0.5;
const stalled = { why: 'none of the waiting bytes was taken' };
/** The frames of a handshake are small. A peer that sends a larger one does not belong to this system. */
const handshakeFrameBytesMax = 8_192;
/** When more bytes than this wait for a peer, its PINGs are not answered any more. */
const pongsWaitingMax = 65_536;

/** Speaks ZMTP on a stream that has just been connected. */
export function speak(stream: Stream, role: Role, options: ConnectionOptions, events: PeerEvents): Connection {
  const { type, mechanism, unsentBytesMax, prefixBytesMax, heartbeat, handshakeMs, tickMs } = options;
  const { onDirty, onFault, onRefused } = options;
  const onlySubscribes = type === 'PUB' || type === 'XPUB';
  const ping = writePing(heartbeat.ttlMs);
  const writeBuffer = createWriteBuffer(stream);
  const liveness = createLiveness({ heartbeat, tickMs, handshakeMs });
  const { roundTrip = createRoundTrip() } = options;
  roundTrip.begin();
  const bounds = createPeerBounds(options, cutOff);
  let greeting: Uint8Array | undefined = new Uint8Array();
  /** Undefined when it is over. */
  let handshake: Handshake | undefined = mechanism.begin(role, writeMetadata(type));
  let cipher: Cipher | undefined;
  let publicKey: Uint8Array | undefined;
  let closed = false;
  let knowsCommands = false;
  let dirty = false;
  /** The answer to the peer's last PING, which the next tick sends. */
  let pong: Uint8Array | undefined;
  /** When the bytes arrived that are being read. */
  let heardMs = 0;
  let whyGivenUp: string | undefined;
  /** The time to live in the peer's last PING. */
  let ttlMs = 0;

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
    waiting: () => writeBuffer.waiting(),
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
    liveness.pinged();
    command(ping);
  }

  function cutOff(what: string): void {
    onFault(what);
    reader.stop();
    stream.destroy();
  }

  function refusedFor(refusal: Refusal, what: string): void {
    if (onRefused === undefined) return cutOff(what);
    onRefused(refusal, what);
    peer.destroy();
  }

  function refuse(what: string, tell: Uint8Array | undefined): void {
    if (tell === undefined) return refusedFor('key', what);
    reader.stop();
    writeBuffer.frame(commandFlag, tell);
    // A peer that does not close its side is cut off when its time for the handshake is over.
    writeBuffer.end();
  }

  function greet(chunk: Uint8Array): void {
    const said = concat(greeting ?? chunk, chunk);
    const fault = greetingFault(said, mechanism, role);
    if (fault !== undefined) {
      return (mechanismIn(said) ?? mechanism.name) === mechanism.name ? cutOff(fault) : refusedFor('mechanism', fault);
    }
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
      if (isPong(bytes, start, end)) heardPong();
      return;
    }
    ttlMs = pinged.ttlMs;
    liveness.asked(ttlMs);
    if (heartbeat.pongsAtTick === true && liveness.isWatched()) pong = pinged.pong;
    else answerPing(pinged.pong);
  }

  function heardPong(): void {
    liveness.ponged();
    roundTrip.ponged(heardMs);
    const took = roundTrip.recent();
    if (took !== undefined) options.onRoundTrip?.(took);
  }

  function answerPing(answer: Uint8Array): void {
    // Stop answering the PINGs of a peer that does not read.
    if (writeBuffer.waiting() >= pongsWaitingMax) return;
    liveness.answered();
    command(answer);
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
    drained() {
      writeBuffer.drained();
      options.onDrained?.();
    },
    closed(byPeer, nowMs) {
      if (closed) return;
      closed = true;
      reader.stop();
      const meaning = byPeer ? handshake?.closedByPeer?.() : undefined;
      if (meaning !== undefined) refusedFor('other-key', meaning);
      const provenMs = Math.max(freshMs, freshShare * ttlMs);
      if (handshake === undefined) events.closed(peer, byPeer && roundTrip.isProven(provenMs, nowMs));
    },
    tick(nowMs) {
      if (pong !== undefined) answerPing(pong);
      pong = undefined;
      const isStalled = bounds.tick(writeBuffer.taken(), writeBuffer.waiting());
      const due = isStalled ? stalled : liveness.tick(roundTrip.recent()?.longest);
      if (due === 'ping-due') return sendPing(nowMs);
      if (due === undefined) return;
      whyGivenUp = due.why;
      // A reset, because bytes that the kernel still holds for the peer must not arrive when the link heals.
      stream.reset();
    },
    whyGivenUp: () => whyGivenUp,
    isReady: () => handshake === undefined,
    waiting: writeBuffer.waiting,
    recheck(refusalOf) {
      if (publicKey === undefined || handshake !== undefined) return;
      const refusal = refusalOf(publicKey);
      if (refusal !== undefined) cutOff(refusal);
    },
    end: writeBuffer.end,
  };
}
