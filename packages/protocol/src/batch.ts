/*
 * The batch: what shares a frame.
 *
 * Decides which messages travel together. Messages for one topic and address that are published in one turn go out as
 * one body: the cost of a message is mostly the cost of its frame (133k against 994k requests/s at 16 to a batch). A
 * batch is never held back for more to come: it leaves at the end of the turn, or at once when it is full, which also
 * bounds what waits here.
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
  readonly messagesMax?: number;
}

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
  /** By topic, then by address; emptied by every flush, so that neither can pile up. */
  let waiting = new Map<string, Map<string, Waiting>>();
  let flushAwaited = false;

  function add(topic: string, to: string, message: readonly unknown[]): readonly BatchEffect[] {
    let byAddress = waiting.get(topic);
    if (byAddress === undefined) {
      byAddress = new Map();
      waiting.set(topic, byAddress);
    }
    let batch = byAddress.get(to);
    if (batch === undefined) {
      batch = { type: 'send', topic, to, messages: [message] };
      byAddress.set(to, batch);
    } else {
      batch.messages.push(message);
    }
    const full = batch.messages.length >= messagesMax;
    if (full) byAddress.delete(to);
    if (flushAwaited) return full ? [batch] : nothing;
    flushAwaited = true;
    return full ? [batch, ...flushSoon] : flushSoon;
  }

  function flush(): readonly BatchEffect[] {
    flushAwaited = false;
    const batches: BatchEffect[] = [];
    for (const byAddress of waiting.values()) batches.push(...byAddress.values());
    waiting = new Map();
    return batches;
  }

  return {
    handle: (input) => (input.type === 'add' ? add(input.topic, input.to, input.message) : flush()),
  };
}
