import type { OperandReading } from '@cateto/contracts';
import type { Linked } from '../structures/intrusive-list.ts';
import { createIntrusiveList } from '../structures/intrusive-list.ts';
import type { SeqTable } from '../structures/seq-table.ts';
import { createSeqTable } from '../structures/seq-table.ts';
import type { SettledWord, SettledWatermark } from '../structures/settled-watermark.ts';
import { hearSettled, settledSince, unsettled } from '../structures/settled-watermark.ts';
import { memoryEstimate } from '../structures/memory-estimate.ts';

/*
 * The requests of which the join still misses operands, by sender and seq.
 *
 * One is forgotten when its time is up, when its requester has settled it, or when there is no room for a new one: then
 * the oldest goes, and is counted. Its operands will be sent again. Nearly all leave within a turn, so those whose time
 * is up are looked for once a second: cheaper than an entry in a queue for each, and no operand finds one anyway.
 */

/** Whoever has incomplete requests here. */
export interface Sender {
  readonly address: string;
  readonly watermark: SettledWatermark;
  readonly incomplete: SeqTable<Incomplete>;
}

export interface Incomplete extends Linked<Incomplete> {
  readonly sender: Sender;
  readonly seq: number;
  readonly formula: string;
  /** How many operands make it. */
  readonly count: number;
  readonly values: unknown[];
  /** Bit n - 1 is set when operand n is there. */
  present: number;
  /** The earliest of its operands'. */
  deadlineMs: number;
  trace: string | undefined;
  /** The most of its operands'. */
  attempt: number | undefined;
  /** What its operands take, beyond what every request does. */
  bytes: number;
}

export interface IncompleteRequests {
  /** A sender is known while something of it is incomplete; before and after that it is a stranger. */
  senderOf(address: string): Sender;
  /** The sender is done with for this input, and is looked up anew for the next. */
  letGo(sender: Sender): void;
  /** A sender says what it has settled. */
  settle(sender: Sender, word: SettledWord, nowMs: number): void;
  /** The request, unless its time is up. */
  find(sender: Sender, seq: number, nowMs: number): Incomplete | undefined;
  /** The first operand to come of a request that is not here. */
  begin(sender: Sender, n: number, operand: OperandReading, nowMs: number): void;
  /** A request that is here has got one more operand and is not complete yet. */
  grow(one: Incomplete, value: unknown): void;
  leave(one: Incomplete): void;
  /** At the next look-out. */
  forgetOverdue(nowMs: number): void;
  /** When that is; there is none while nothing is incomplete. */
  deadlineMs(): number | undefined;
  size(): number;
  evictedEarly(): number;
}

const lookOutEveryMs = 1_000;
/** About as many as may send at the same time; a table that was never more than a wave of requests is small. */
const spareTablesMax = 16;

export function createIncompleteRequests(incompleteMax: number, bytesMax: number): IncompleteRequests {
  /** Those who have something here, and nobody else. */
  const senders = new Map<string, Sender>();
  const inOrder = createIntrusiveList<Incomplete>();
  /** Empty ones, of those who left: with every wave of its requests a sender comes and goes. */
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
      const values: unknown[] = [];
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
