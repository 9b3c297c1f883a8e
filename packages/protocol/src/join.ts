/*
 * The operand join: operands to requests.
 *
 * A client publishes each operand of a request on a topic of its own, as in the paper; the calc-server puts them
 * together by request id, in whatever order they come.
 *
 * Rules kept:
 * - A request is complete when operands 1 to n are there; then it leaves the join. Whether its id was seen before is
 *   the responder's business, not the join's.
 * - An operand that is there already is ignored: both brokers may have brought it.
 * - What cannot be served (an unknown formula, a value out of contract, operands that disagree) is completed all the
 *   same, with a refusal, because its sender waits for an answer.
 * - Incomplete requests are forgotten within a second of their deadline, and when their requester has settled them; the oldest goes
 *   when there are too many.
 */
import type { Failure, OperandReading } from '@cateto/contracts';
import { failure } from '@cateto/contracts';

export type JoinInput =
  | {
      readonly type: 'operands';
      /** Which operand of their requests these are, from 1. */
      readonly n: number;
      readonly sender: string;
      readonly settledBelow: number;
      readonly operands: readonly OperandReading[];
    }
  | { readonly type: 'tick' };

/** A request with all its operands. */
export interface CompleteRequest {
  readonly seq: number;
  readonly formula: string;
  readonly operands: readonly unknown[];
  readonly ttlMs: number;
  readonly trace: string | undefined;
  readonly refusal: Failure | undefined;
}

export interface JoinEffect {
  readonly type: 'complete';
  readonly sender: string;
  readonly settledBelow: number;
  readonly requests: readonly CompleteRequest[];
}

export interface Join {
  handle(input: JoinInput, nowMs: number): readonly JoinEffect[];
  deadlineMs(): number | undefined;
  /** Requests of which operands are missing. */
  incomplete(): number;
}

export interface JoinConfig {
  readonly incompleteMax?: number;
}

/** Twice what a server admits: at most as many again can be halfway here while those are computed. */
const incompleteMaxDefault = 20_000;

/** Nearly all are complete within a turn: looking for those that are not now and then is cheaper than a timer each. */
const sweepEveryMs = 1_000;

interface Incomplete {
  readonly sender: string;
  readonly seq: number;
  readonly formula: string;
  readonly operands: number;
  readonly values: unknown[];
  /** Bit n - 1 is set when operand n is there. */
  present: number;
  deadlineMs: number;
  trace: string | undefined;
  refusal: Failure | undefined;
}

const nothing: readonly JoinEffect[] = [];

export function createJoin(config: JoinConfig = {}): Join {
  const incompleteMax = config.incompleteMax ?? incompleteMaxDefault;
  const bySender = new Map<string, Map<number, Incomplete>>();
  /** All of them in the order in which they began. */
  const inOrder = new Set<Incomplete>();
  let sweepMs: number | undefined;

  function forget(one: Incomplete): void {
    // Its id may have begun anew since: that one stays.
    if (!inOrder.delete(one)) return;
    const ofSender = bySender.get(one.sender);
    if (ofSender?.delete(one.seq) === true && ofSender.size === 0) bySender.delete(one.sender);
  }

  function begin(sender: string, operand: OperandReading, nowMs: number): Incomplete {
    const { seq, formula, operands, ttlMs, trace } = operand;
    const begun: Incomplete = {
      sender,
      seq,
      formula,
      operands,
      values: [],
      present: 0,
      deadlineMs: nowMs + ttlMs,
      trace,
      refusal: undefined,
    };
    const ofSender = bySender.get(sender);
    if (ofSender === undefined) bySender.set(sender, new Map([[seq, begun]]));
    else ofSender.set(seq, begun);
    inOrder.add(begun);
    sweepMs ??= nowMs + sweepEveryMs;
    if (inOrder.size > incompleteMax) {
      const [oldest] = inOrder;
      if (oldest !== undefined) forget(oldest);
    }
    return begun;
  }

  /** @returns the request this operand makes complete */
  function take(sender: string, n: number, operand: OperandReading, nowMs: number): CompleteRequest | undefined {
    const { seq, formula, operands, ttlMs, trace } = operand;
    const one = bySender.get(sender)?.get(seq) ?? begin(sender, operand, nowMs);
    const bit = 1 << (n - 1);
    if ((one.present & bit) !== 0) return undefined;
    one.present |= bit;
    one.trace ??= trace;
    one.refusal ??= operand.refusal ?? disagreement(one, n, formula, operands);
    if (n <= one.operands) one.values[n - 1] = operand.value;
    one.deadlineMs = Math.min(one.deadlineMs, nowMs + ttlMs);
    const all = (1 << one.operands) - 1;
    // What is refused needs no further operand: some may never come.
    if ((one.present & all) !== all && one.refusal === undefined) return undefined;
    forget(one);
    return {
      seq,
      formula: one.formula,
      operands: one.values,
      ttlMs: Math.max(0, one.deadlineMs - nowMs),
      trace: one.trace,
      refusal: one.refusal,
    };
  }

  function forgetSettled(sender: string, settledBelow: number): void {
    const ofSender = bySender.get(sender);
    if (ofSender === undefined) return;
    // They began about in the order of their seqs; what this misses goes at its deadline.
    for (const one of ofSender.values()) {
      if (one.seq >= settledBelow) return;
      forget(one);
    }
  }

  function overdue(nowMs: number): void {
    if (sweepMs === undefined || nowMs < sweepMs) return;
    for (const one of inOrder) if (one.deadlineMs <= nowMs) forget(one);
    sweepMs = inOrder.size === 0 ? undefined : nowMs + sweepEveryMs;
  }

  return {
    handle(input, nowMs) {
      if (input.type === 'tick') {
        overdue(nowMs);
        return nothing;
      }
      const { n, sender, settledBelow, operands } = input;
      forgetSettled(sender, settledBelow);
      const requests: CompleteRequest[] = [];
      for (const operand of operands) {
        if (operand.seq < settledBelow) continue;
        const complete = take(sender, n, operand, nowMs);
        if (complete !== undefined) requests.push(complete);
      }
      return requests.length === 0 ? nothing : [{ type: 'complete', sender, settledBelow, requests }];
    },
    deadlineMs: () => sweepMs,
    incomplete: () => inOrder.size,
  };
}

function disagreement(one: Incomplete, n: number, formula: string, operands: number): Failure | undefined {
  if (formula !== one.formula) {
    return failure('invalid-request', `operand ${n} is for ${formula}, an operand before it for ${one.formula}`);
  }
  if (operands !== one.operands || n > operands) {
    return failure(
      'invalid-request',
      `${formula}: operand ${n} of ${operands}, an operand before it of ${one.operands}`,
    );
  }
  return undefined;
}
