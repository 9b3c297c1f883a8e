/*
 * The batch: what shares a frame.
 *
 * Decides which messages travel together (docs/wire.md, "Frames and batches"). Most of a message's cost is its frame's: 133k
 * requests/s one by one, 994k at 16 to a batch. So messages for one topic and address that are published in one turn go
 * out as one body.
 *
 * Rules kept:
 * - Nothing is held back for more to come: what waits leaves at the end of the turn.
 * - A batch that is full leaves at once, so that less than one waits for each topic and address. Kept until the flush,
 *   the first operands of thousands of requests would all leave before the first of the second operands, and would not
 *   fit the join of who is to answer them.
 * - Messages for one topic and address stay in order. Between topics there is no order to keep.
 */
import { limits } from '@cateto/contracts';

export type BatchInput =
  | { readonly type: 'add'; readonly topic: string; readonly to: string; readonly message: readonly unknown[] }
  | { readonly type: 'flush' };

export type BatchEffect =
  /** Hand in `flush` at the end of this turn. */
  | { readonly type: 'flush-soon' }
  | {
      readonly type: 'send';
      readonly topic: string;
      readonly to: string;
      readonly messages: readonly (readonly unknown[])[];
    };

export interface Batch {
  handle(input: BatchInput): readonly BatchEffect[];
}

export interface BatchConfig {
  /** At least 1. */
  readonly messagesMax?: number;
}

/** What waits for one topic and address; once full or flushed it is the effect itself. */
interface Waiting {
  readonly type: 'send';
  readonly topic: string;
  readonly to: string;
  readonly messages: (readonly unknown[])[];
}

const nothing: readonly BatchEffect[] = [];
const flushSoon: readonly BatchEffect[] = [{ type: 'flush-soon' }];

export function createBatch(config: BatchConfig = {}): Batch {
  const messagesMax = config.messagesMax ?? limits.batchMessagesMax;
  /**
   * By topic, then by address: two look-ups of strings whose hashes are known cost less than making the addressed topic
   * and hashing that. Emptied by every flush: a stranger's request can name topics without end.
   */
  let waiting = new Map<string, Map<string, Waiting>>();
  /** Whatever was added to last; a turn mostly answers one participant on one topic. */
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
      found = { type: 'send', topic, to, messages: [] };
      byAddress.set(to, found);
    }
    return found;
  }

  function add(topic: string, to: string, message: readonly unknown[]): readonly BatchEffect[] {
    const batch = last !== undefined && last.to === to && last.topic === topic ? last : waitingFor(topic, to);
    batch.messages.push(message);
    if (batch.messages.length >= messagesMax) {
      last = undefined;
      waiting.get(topic)?.delete(to);
      return [batch];
    }
    last = batch;
    if (flushAwaited) return nothing;
    flushAwaited = true;
    return flushSoon;
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
    handle: (input) => (input.type === 'add' ? add(input.topic, input.to, input.message) : flush()),
  };
}
