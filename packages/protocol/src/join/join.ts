/*
 * The join combines operands into requests and decides when a request is complete (docs/wire.md, "Calc-server"). As in
 * the paper, a client publishes each operand on a topic of its own. A calc-server combines them by request id, in
 * whatever order they arrive.
 *
 * Rules:
 * - A request is complete when operands 1 to n have arrived. Then it leaves the join. Whether its id was seen before is
 *   decided by the responder, not by the join.
 * - An operand that has already arrived is ignored: it came through both brokers, or was resent.
 * - An operand that cannot be served (an unknown formula, a value that does not fit the contract, operands that
 *   contradict each other or exceed their count) completes its request at once with a refusal. Its sender waits for an
 *   answer, and a missing operand may never arrive.
 * - Incomplete requests are bounded by number and by bytes, and forgotten when their requester has settled them. From
 *   the earliest deadline of their operands on they do not count, and within a second of it they are removed.
 */
import type { Failure, OperandReading } from '@cateto/contracts';
import { failure, limits } from '@cateto/contracts';
import type { Incomplete, Sender } from './incomplete-requests.ts';
import { createIncompleteRequests } from './incomplete-requests.ts';
import { isSettled } from '../structures/settled-watermark.ts';

export type JoinInput =
  | {
      readonly type: 'operands';
      /** The number of the operand in its request, from 1 to 8. */
      readonly n: number;
      readonly sender: string;
      /** The sender has the outcome of every request below this seq, apart from the stragglers. */
      readonly settledBelow: number;
      readonly stragglers?: readonly number[] | undefined;
      readonly operands: readonly OperandReading[];
    }
  | { readonly type: 'tick' };

/** A request with all its operands, or a refusal. */
export interface CompleteRequest {
  readonly seq: number;
  readonly formula: string;
  /** In order, whatever the order of arrival. */
  readonly operands: readonly unknown[];
  /** The shortest time to live of its operands. */
  readonly ttlMs: number;
  readonly trace: string | undefined;
  /** The highest attempt of its operands; undefined for the first attempt. */
  readonly attempt?: number | undefined;
  /** Why it cannot be served. Operands may be missing then. */
  readonly refusal: Failure | undefined;
}

/** All requests that one input completed, in order. */
export interface JoinEffect {
  readonly type: 'complete';
  readonly sender: string;
  readonly settledBelow: number;
  readonly stragglers: readonly number[];
  readonly requests: readonly CompleteRequest[];
}

export interface Join {
  handle(input: JoinInput, nowMs: number): readonly JoinEffect[];
  deadlineMs(): number | undefined;
  /** How many requests are incomplete. */
  incomplete(): number;
  /** How many incomplete requests were forgotten for lack of room. */
  evictedEarly(): number;
}

export interface JoinConfig {
  /** At least 1. */
  readonly incompleteMax?: number;
  /** The bound for the operands of all incomplete requests, in bytes. */
  readonly bytesMax?: number;
}

/**
 * Twice as many as a server admits. Requests are incomplete only between two frames of one turn, so there should never
 * be more of them than are computed at once. As many again may have lost an operand and wait for a resend.
 */
const incompleteMaxDefault = 20_000;

const nothing: readonly JoinEffect[] = [];

export function createJoin(config: JoinConfig = {}): Join {
  const incomplete = createIncompleteRequests(
    config.incompleteMax ?? incompleteMaxDefault,
    config.bytesMax ?? limits.incompleteBytesMax,
  );

  function join(input: Extract<JoinInput, { type: 'operands' }>, nowMs: number): readonly JoinEffect[] {
    const sender = incomplete.senderOf(input.sender);
    incomplete.settle(sender, input, nowMs);
    const { watermark } = sender;
    const requests: CompleteRequest[] = [];
    for (const operand of input.operands) {
      if (isSettled(watermark, operand.seq) || operand.ttlMs <= 0) continue;
      const complete = take(sender, input.n, operand, nowMs);
      if (complete !== undefined) requests.push(complete);
    }
    incomplete.letGo(sender);
    if (requests.length === 0) return nothing;
    const { below: settledBelow, stragglers } = watermark;
    return [{ type: 'complete', sender: input.sender, settledBelow, stragglers, requests }];
  }

  /** @returns the request that this operand completes */
  function take(sender: Sender, n: number, operand: OperandReading, nowMs: number): CompleteRequest | undefined {
    const { seq, formula, operands: count, value, ttlMs, trace, attempt } = operand;
    const one = incomplete.find(sender, seq, nowMs);
    if (one === undefined) {
      const refusal = operand.refusal ?? beyondCount(n, operand);
      if (refusal !== undefined || count === 1)
        return { seq, formula, operands: [value], ttlMs, trace, attempt, refusal };
      incomplete.begin(sender, n, operand, nowMs);
      return undefined;
    }
    const bit = 1 << (n - 1);
    if ((one.present & bit) !== 0) return undefined;
    one.present |= bit;
    one.values[n - 1] = value;
    one.trace ??= trace;
    if (attempt !== undefined) one.attempt = Math.max(attempt, one.attempt ?? 1);
    one.deadlineMs = Math.min(one.deadlineMs, nowMs + ttlMs);
    const refusal = operand.refusal ?? disagreement(one, n, operand) ?? beyondCount(n, operand);
    if (refusal === undefined && one.present !== (1 << one.count) - 1) {
      incomplete.grow(one, value);
      return undefined;
    }
    incomplete.leave(one);
    return {
      seq,
      formula: one.formula,
      operands: one.values,
      ttlMs: one.deadlineMs - nowMs,
      trace: one.trace,
      attempt: one.attempt,
      refusal,
    };
  }

  return {
    handle(input, nowMs) {
      incomplete.forgetOverdue(nowMs);
      return input.type === 'operands' ? join(input, nowMs) : nothing;
    },
    deadlineMs: incomplete.deadlineMs,
    incomplete: incomplete.size,
    evictedEarly: incomplete.evictedEarly,
  };
}

function beyondCount(n: number, { formula, operands }: OperandReading): Failure | undefined {
  return n > operands ? failure('invalid-request', `${formula}: operand ${n} of ${operands}`) : undefined;
}

function disagreement(one: Incomplete, n: number, { formula, operands }: OperandReading): Failure | undefined {
  if (formula !== one.formula) {
    return failure('invalid-request', `operand ${n} is for ${formula}, an operand before it for ${one.formula}`);
  }
  if (operands !== one.count) {
    const problem = `operand ${n} of ${operands}, an operand before it of ${one.count}`;
    return failure('invalid-request', `${formula}: ${problem}`);
  }
  return undefined;
}
