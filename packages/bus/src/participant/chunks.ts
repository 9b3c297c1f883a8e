import type { Chunk, Codec, OpenBatch } from '@cateto/contracts';
import {
  addressed,
  beatLayout,
  beatTopic,
  cancelLayout,
  cancelTopic,
  readChunk,
  topicShape,
  writeChunk,
} from '@cateto/contracts';
import type { Taken } from '@cateto/protocol';
import { createChunkJoiner, createChunkSender } from '@cateto/protocol';
import type { Platform } from '../link/link.ts';
import type { ThrottledCounter } from './throttled-counter.ts';

/*
 * The driver of large messages: their chunks leave while few other bytes wait, so that small messages pass between them,
 * and those that arrive become bodies again. Chunks of requests are confirmed in beats, and chunks of answers in
 * cancellations, because every participant that receives them publishes on those topics anyway.
 */

export interface Chunks {
  /** `message` begins with its seq. `bytes` is an upper bound of its size. */
  add(topic: string, to: string, message: readonly unknown[], bytes: number): void;
  /** A chunk arrived on a topic. `take` gets the batch that it completes. */
  heard(topic: string, encoded: Uint8Array, take: (batch: OpenBatch) => void): void;
  /** A peer has confirmed a chunk of a body; negative chunks say that it has dropped the body. */
  confirmed(by: string, received: readonly [body: number, chunks: number]): void;
  /** The request is on its way to a server that confirms chunks. */
  isSending(to: string, seq: number): boolean;
  /** Chunks go to this peer and are confirmed, or come from it: small messages wait behind them. */
  isUnderway(peer: string): boolean;
  /** The seqs of the answers that are on their way to a peer. */
  answersTo(peer: string): readonly number[];
  /** Nobody needs the request any more. */
  withdrawRequest(seq: number): void;
  /** The peer does not need the answer any more. */
  withdrawAnswer(to: string, seq: number): void;
  peerEnded(peer: string): void;
  brokersChanged(held: number): void;
  /** Publishes the confirmations of this turn. Call this before the batches of the turn leave. */
  confirm(): void;
  /** Sends the chunks that may leave. Call this after the batches of the turn have left. */
  send(): void;
  /** Resolves when nothing is on its way any more, after this time, or at the close. */
  allSent(withinMs: number): Promise<void>;
  deadlineMs(): number | undefined;
  tick(): void;
  /** How many bodies are incomplete. */
  incomplete(): number;
  /** How many messages are on their way. */
  waiting(): number;
  close(): void;
}

export interface ChunksParts {
  readonly platform: Platform;
  readonly dropped: ThrottledCounter;
  /** The own address. */
  readonly address: string;
  readonly codec: Codec;
  /** A body with this one message; undefined when it is too large, which is counted. */
  encode(topic: string, message: readonly unknown[]): Uint8Array | undefined;
  publish(topic: string, to: string, message: readonly unknown[]): void;
  publishBody(topic: string, to: string, body: Uint8Array): void;
  unsentBytes(): number;
  /** Chunks may leave at the end of this turn, and `deadlineMs` may have changed. */
  soon(): void;
}

type ConfirmTopic = typeof beatTopic | typeof cancelTopic;

interface Confirmation {
  readonly topic: ConfirmTopic;
  readonly to: string;
  readonly body: number;
  readonly chunks: number;
  readonly isDropped: boolean;
}

/** Above what a socket of Node counts as full, so that `drained` follows. A small message waits behind so much at most. */
const unsentMax = 262_144;
/** So many chunks leave in one turn, which then takes less than a millisecond. */
const chunksOfTurn = 16;
/** Within this time, seven servers on a link of 2 Mbit/s get a chunk each. */
const underwayMs = 1_000;
const underwayMax = 1_024;

const shapeOf = (topic: string): string | undefined => topicShape(addressed(topic, 'aaaaaaaaaaaa'))?.shape;

/** Where the receiver of a topic confirms its chunks; undefined if the topic has none. */
function confirmTopicOf(topic: string): ConfirmTopic | undefined {
  const shape = shapeOf(topic);
  if (shape === 'request') return beatTopic;
  return shape === 'result' ? cancelTopic : undefined;
}

function writeConfirmation({ topic, body, chunks, isDropped }: Confirmation): unknown[] {
  const received: [number, number] = [body, isDropped ? -chunks : chunks];
  return topic === beatTopic ? beatLayout.write({ received }) : cancelLayout.write({ seqs: [], received });
}

export function createChunks(parts: ChunksParts): Chunks {
  const { platform, dropped, address, codec, encode, publish, publishBody, unsentBytes, soon } = parts;
  const sender = createChunkSender({
    encode: ({ topic, message }) => encode(topic, message),
    lost: ({ topic }) => dropped.count(topic, 'not read in time'),
  });
  const joiner = createChunkJoiner();
  /** The latest chunk of each body of this turn. */
  const confirmations = new Map<string, Confirmation>();
  /** When a peer last confirmed a chunk or sent one. */
  const heardMs = new Map<string, number>();
  const waiting: (() => void)[] = [];
  let continues = false;

  function heard(peer: string): void {
    heardMs.delete(peer);
    heardMs.set(peer, platform.nowMs());
    if (heardMs.size <= underwayMax) return;
    for (const oldest of heardMs.keys()) return void heardMs.delete(oldest);
  }

  function confirm(topic: ConfirmTopic, { sender: to, body, index }: Chunk, taken: Taken): void {
    const key = `${to} ${body}`;
    const earlier = confirmations.get(key);
    const chunks = Math.max(index + 1, earlier?.chunks ?? 0);
    const isDropped = taken === 'dropped' || earlier?.isDropped === true;
    confirmations.set(key, { topic, to, body, chunks, isDropped });
    soon();
  }

  function checkSent(): void {
    if (sender.size() > 0 || waiting.length === 0) return;
    for (const done of waiting.splice(0)) done();
  }

  function deadlineMs(): number | undefined {
    const [sendMs, joinMs] = [sender.deadlineMs(), joiner.deadlineMs()];
    return sendMs === undefined || joinMs === undefined ? (sendMs ?? joinMs) : Math.min(sendMs, joinMs);
  }

  return {
    add(topic, to, message, bytes) {
      const kind = shapeOf(topic) === 'request' ? 'request' : 'answer';
      sender.add({ kind, topic, to, seq: message[0] as number, message, bytes }, platform.nowMs());
      soon();
    },
    heard(topic, encoded, take) {
      const chunk = readChunk(encoded);
      const confirmTopic = confirmTopicOf(topic);
      if (chunk === undefined || confirmTopic === undefined) return dropped.count(topic, 'not-a-batch');
      if (chunk.bytes.length > 0) heard(chunk.sender);
      const taken = joiner.take(chunk.sender, chunk, platform.nowMs());
      confirm(confirmTopic, chunk, taken);
      if (typeof taken === 'string') return;
      const batch = codec.decode(taken);
      if (typeof batch === 'string') dropped.count(topic, batch);
      // A broker checks the sender of each chunk, and cannot check that of the body.
      else if (batch.sender !== chunk.sender) dropped.count(topic, 'another sender than that of its chunks');
      // It was encoded before its first chunk left. Later batches have said more about what is settled.
      else take({ sender: batch.sender, settledBelow: 0, messages: batch.messages, bytes: taken.length });
    },
    confirmed(by, [body, chunks]) {
      if (!sender.confirmed(by, body, Math.abs(chunks), chunks < 0, platform.nowMs())) return;
      heard(by);
      soon();
      checkSent();
    },
    isSending: (to, seq) => sender.size() > 0 && sender.isSending(to, seq, platform.nowMs()),
    isUnderway(peer) {
      const sinceMs = heardMs.get(peer);
      return sinceMs !== undefined && sinceMs + underwayMs > platform.nowMs();
    },
    answersTo: sender.answersTo,
    withdrawRequest(seq) {
      if (sender.size() > 0) sender.withdrawRequest(seq);
    },
    withdrawAnswer(to, seq) {
      sender.withdrawAnswer(to, seq);
      checkSent();
    },
    peerEnded(peer) {
      sender.forget(peer);
      checkSent();
    },
    brokersChanged(held) {
      sender.brokersChanged(held, platform.nowMs());
      soon();
    },
    confirm() {
      if (confirmations.size === 0) return;
      for (const one of confirmations.values()) publish(one.topic, one.to, writeConfirmation(one));
      confirmations.clear();
    },
    send() {
      for (let count = 0; count < chunksOfTurn && sender.isReady(); count += 1) {
        if (unsentBytes() > unsentMax) return;
        const leaving = sender.next(platform.nowMs());
        if (leaving === undefined) break;
        const { topic, to } = leaving;
        if (leaving.type === 'whole') publishBody(topic, to, leaving.body);
        else publishBody(topic, to, writeChunk({ ...leaving, sender: address }));
      }
      checkSent();
      if (continues || !sender.isReady()) return;
      continues = true;
      platform.afterTurn(() => {
        continues = false;
        // At the end of the turn, because the timer has to follow what leaves.
        soon();
      });
    },
    allSent(withinMs) {
      if (sender.size() === 0 || withinMs <= 0) return Promise.resolve();
      return new Promise((resolve) => {
        const cancel = platform.after(withinMs, resolve);
        waiting.push(() => {
          cancel();
          resolve();
        });
      });
    },
    deadlineMs,
    tick() {
      if (deadlineMs() === undefined) return;
      joiner.tick(platform.nowMs());
      sender.tick(platform.nowMs());
      checkSent();
      soon();
    },
    incomplete: joiner.size,
    waiting: sender.size,
    close() {
      for (const done of waiting.splice(0)) done();
    },
  };
}
