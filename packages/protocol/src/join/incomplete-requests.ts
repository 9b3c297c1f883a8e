import type { OperandReading } from '@cateto/contracts';
import type { Linked } from '../structures/intrusive-list.ts';
import { createIntrusiveList } from '../structures/intrusive-list.ts';
import type { SeqTable } from '../structures/seq-table.ts';
import { createSeqTable } from '../structures/seq-table.ts';
import type { SettledWord, SettledWatermark } from '../structures/settled-watermark.ts';
import { hearSettled, settledSince, unsettled } from '../structures/settled-watermark.ts';
import { memoryEstimate } from '../structures/memory-estimate.ts';

/*
 * The requests whose operands have not all arrived, by sender and seq.
 *
 * A request is forgotten when its time is up, when its requester has settled it, or when a new request needs its place:
 * then the oldest one goes, and is counted. Its operands will be resent. Nearly all requests are complete within a
 * turn. So overdue ones are searched for once a second, which is cheaper than a queue entry for each; an operand never
 * joins an overdue request.
 */

/** A requester with incomplete requests. */
export interface Sender {
  readonly address: string;
  readonly watermark: SettledWatermark;
  readonly incomplete: SeqTable<Incomplete>;
}

export interface Incomplete extends Linked<Incomplete> {
  readonly sender: Sender;
  readonly seq: number;
  readonly formula: string;
  /** The number of its operands. */
  readonly count: number;
  readonly values: unknown[];
  /** Bit n - 1 is set when operand n has arrived. */
  present: number;
  /** The earliest deadline of its operands. */
  deadlineMs: number;
  trace: string | undefined;
  /** The highest attempt of its operands. */
  attempt: number | undefined;
  /** The memory of its operands, beyond what every request takes. */
  bytes: number;
}

export interface IncompleteRequests {
  /** A sender is known while it has incomplete requests, and is a stranger otherwise. */
  senderOf(address: string): Sender;
  /** The current input is done with the sender; the next input looks it up again. */
  letGo(sender: Sender): void;
  /** Records which requests a sender has settled. */
  settle(sender: Sender, word: SettledWord, nowMs: number): void;
  /** The request, unless its time is up. */
  find(sender: Sender, seq: number, nowMs: number): Incomplete | undefined;
  /** Records the first operand of a request. */
  begin(sender: Sender, n: number, operand: OperandReading, nowMs: number): void;
  /** Records one more operand of a request that is still incomplete. */
  grow(one: Incomplete, value: unknown): void;
  leave(one: Incomplete): void;
  /** Removes overdue requests at the next check. */
  forgetOverdue(nowMs: number): void;
  /** When that check is due; undefined while nothing is incomplete. */
  deadlineMs(): number | undefined;
  size(): number;
  evictedEarly(): number;
}

const lookOutEveryMs = 1_000;
/** About as many as send at the same time. Tables that never held more than a wave of requests are small. */
const spareTablesMax = 16;

export function createIncompleteRequests(incompleteMax: number, bytesMax: number): IncompleteRequests {
  /** Only senders with incomplete requests. */
  const senders = new Map<string, Sender>();
  const inOrder = createIntrusiveList<Incomplete>();
  /** Empty tables of senders that left, for reuse: with every wave of requests, a sender comes and goes. */
  const spareTables: SeqTable<Incomplete>[] = [];
  let lookOutMs: number | undefined;
  let bytes = 0;
  let evictedEarly = 0;

  function leave(one: Incomplete): void {
    const { sender, seq } = one;
    inOrder.remove(one);
    bytes -= one.bytes;
    sender.incomplete.delete(seq);
    if (sender.incomplete.size() === 0) senders.delete(sender.address);
  }

  function evictWhile(tooMuch: () => boolean): void {
    for (let oldest = inOrder.oldest(); oldest !== undefined && tooMuch(); oldest = inOrder.oldest()) {
      leave(oldest);
      evictedEarly += 1;
    }
  }

  function addBytes(one: Incomplete, more: number): void {
    one.bytes += more;
    bytes += more;
    evictWhile(() => bytes > bytesMax);
  }

  return {
    senderOf: (address) =>
      senders.get(address) ?? { address, watermark: unsettled(), incomplete: spareTables.pop() ?? createSeqTable() },
    letGo(sender) {
      if (sender.incomplete.size() === 0 && spareTables.length < spareTablesMax) spareTables.push(sender.incomplete);
    },
    settle(sender, word, nowMs) {
      const before = hearSettled(sender.watermark, word, nowMs);
      if (before === undefined) return;
      for (const one of settledSince(sender.incomplete, before, sender.watermark)) leave(one);
    },
    find(sender, seq, nowMs) {
      const found = sender.incomplete.get(seq);
      if (found === undefined || found.deadlineMs > nowMs) return found;
      leave(found);
      return undefined;
    },
    begin(sender, n, operand, nowMs) {
      evictWhile(() => inOrder.size() >= incompleteMax);
      const { seq, formula, operands: count, value, ttlMs, trace, attempt } = operand;
      // Created at its final length, because an array that grows takes room for 17.
      // oxlint-disable-next-line unicorn/no-new-array -- a length is intended
      const values: unknown[] = new Array(Math.max(n, count));
      values[n - 1] = value;
      const begun: Incomplete = {
        sender,
        seq,
        formula,
        count,
        values,
        present: 1 << (n - 1),
        deadlineMs: nowMs + ttlMs,
        trace,
        attempt,
        bytes: 0,
        older: undefined,
        newer: undefined,
      };
      if (sender.incomplete.size() === 0) senders.set(sender.address, sender);
      sender.incomplete.set(seq, begun);
      inOrder.add(begun);
      lookOutMs ??= nowMs + lookOutEveryMs;
      addBytes(begun, memoryEstimate(value));
    },
    grow(one, value) {
      addBytes(one, memoryEstimate(value));
    },
    leave,
    forgetOverdue(nowMs) {
      if (lookOutMs === undefined || nowMs < lookOutMs) return;
      let one = inOrder.oldest();
      while (one !== undefined) {
        const { newer } = one;
        if (one.deadlineMs <= nowMs) leave(one);
        one = newer;
      }
      lookOutMs = inOrder.size() === 0 ? undefined : nowMs + lookOutEveryMs;
    },
    deadlineMs: () => lookOutMs,
    size: inOrder.size,
    evictedEarly: () => evictedEarly,
  };
}
