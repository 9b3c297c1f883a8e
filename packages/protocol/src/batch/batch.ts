/*
 * The batch decides which messages share a frame (docs/wire.md, "Frames and batches"). Most of the cost of a message is
 * the cost of its frame: 133,000 requests/s one by one, 994,000 with 16 in a batch. So messages to one topic and
 * address that are published in one turn leave as one body.
 *
 * Rules:
 * - No message waits for later ones: everything leaves at the end of the turn.
 * - A full batch leaves at once, so that less than one batch waits for each topic and address. If full batches waited
 *   for the flush, the first operands of thousands of requests would leave before any second operand, and would not fit
 *   into the join of their server.
 * - The values of a batch are no larger than a chunk, by an upper bound of their size. Heartbeats wait behind a larger
 *   frame: 160 kB on a link of 2 Mbit/s broke the connection for requests. And a receiver gets the first of many messages
 *   while the others are still on their way.
 * - Messages to one topic and address stay in order. Between topics there is no order.
 */
import { bytesAtMost, limits } from '@cateto/contracts';

export type BatchInput =
  | {
      readonly type: 'add';
      readonly topic: string;
      readonly to: string;
      readonly message: readonly unknown[];
      /** An upper bound of the size of its value, or of its text; unless given, the batch works out the whole message. */
      readonly bytes?: number | undefined;
    }
  | { readonly type: 'flush' };

export type BatchEffect =
  /** Call `flush` at the end of this turn. */
  | { readonly type: 'flush-soon' }
  | {
      readonly type: 'send';
      readonly topic: string;
      readonly to: string;
      readonly messages: readonly (readonly unknown[])[];
      /** The sum of these bounds. */
      readonly bytes: number;
    };

export interface Batch {
  handle(input: BatchInput): readonly BatchEffect[];
}

export interface BatchConfig {
  /** At least 1. */
  readonly messagesMax?: number;
  /** Of the values together. A message with a larger one leaves alone. */
  readonly bytesMax?: number;
}

/** The messages that wait for one topic and address. When full or flushed, it becomes the effect itself. */
interface Waiting {
  readonly type: 'send';
  readonly topic: string;
  readonly to: string;
  readonly messages: (readonly unknown[])[];
  bytes: number;
}

const nothing: readonly BatchEffect[] = [];
const flushSoon: readonly BatchEffect[] = [{ type: 'flush-soon' }];

export function createBatch(config: BatchConfig = {}): Batch {
  const { messagesMax = limits.batchMessagesMax, bytesMax = limits.chunkBytes } = config;
  /**
   * By topic, then by address: two look-ups of strings whose hashes are known cost less than building the addressed
   * topic and hashing it. Every flush empties it, because requests of a stranger can name any number of topics.
   */
  let waiting = new Map<string, Map<string, Waiting>>();
  /** The batch of the last message. Most turns answer one participant on one topic. */
  let last: Waiting | undefined;
  let flushAwaited = false;

  function waitingFor(topic: string, to: string): Waiting {
    let byAddress = waiting.get(topic);
    if (byAddress === undefined) {
      byAddress = new Map();
      waiting.set(topic, byAddress);
    }
    let found = byAddress.get(to);
    if (found === undefined) {
      found = { type: 'send', topic, to, messages: [], bytes: 0 };
      byAddress.set(to, found);
    }
    return found;
  }

  function add(topic: string, to: string, message: readonly unknown[], bytes: number): readonly BatchEffect[] {
    const batch = last !== undefined && last.to === to && last.topic === topic ? last : waitingFor(topic, to);
    if (batch.bytes + bytes > bytesMax && batch.messages.length > 0) {
      leave(batch);
      return [batch, ...add(topic, to, message, bytes)];
    }
    batch.messages.push(message);
    batch.bytes += bytes;
    if (batch.messages.length >= messagesMax) {
      leave(batch);
      return [batch];
    }
    last = batch;
    if (flushAwaited) return nothing;
    flushAwaited = true;
    return flushSoon;
  }

  function leave({ topic, to }: Waiting): void {
    last = undefined;
    waiting.get(topic)?.delete(to);
  }

  function flush(): readonly BatchEffect[] {
    flushAwaited = false;
    last = undefined;
    const batches: BatchEffect[] = [];
    for (const byAddress of waiting.values()) {
      for (const batch of byAddress.values()) batches.push(batch);
    }
    waiting = new Map();
    return batches;
  }

  return {
    handle(input) {
      if (input.type === 'flush') return flush();
      const { topic, to, message, bytes = bytesAtMost(message) } = input;
      return add(topic, to, message, bytes);
    },
  };
}
