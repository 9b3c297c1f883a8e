/*
 * The operand join: operands to requests.
 *
 * Decides when a request is complete (docs/wire.md, "Calc-server"). A client publishes each operand of a request on a
 * topic of its own, as in the paper; a calc-server puts them together by request id, in whatever order they come.
 *
 * Rules kept:
 * - A request is complete when operands 1 to n are there; then it leaves the join. Whether its id was seen before is
 *   the responder's business, not the join's.
 * - An operand that is there already is ignored: both brokers may have brought it, or its sender asked again.
 * - What cannot be served (an unknown formula, a value out of contract, operands that disagree or are numbered beyond
 *   their count) is completed with a refusal as soon as that is known: its sender waits for an answer, and an operand
 *   that is still missing may never come.
 * - Incomplete requests are bounded, by number and by bytes, and forgotten when their requester says that it has settled them. From the
 *   earliest of their operands' deadlines on they count no more, and within a second of it they are gone.
 */
import type { Failure, OperandReading } from '@cateto/contracts';
import { failure, limits } from '@cateto/contracts';
import type { Incomplete, Sender } from './incomplete-requests.ts';
import { createIncompleteRequests } from './incomplete-requests.ts';
import { isSettled } from '../structures/settled-watermark.ts';

export type JoinInput =
  | {
      readonly type: 'operands';
      /** Which operand of their requests these are, from 1 to 8. */
      readonly n: number;
      readonly sender: string;
      /** Below it the sender has every outcome, but of the stragglers. */
      readonly settledBelow: number;
      readonly stragglers?: readonly number[] | undefined;
      readonly operands: readonly OperandReading[];
    }
  | { readonly type: 'tick' };

/** A request with all its operands, or a refusal. */
export interface CompleteRequest {
  readonly seq: number;
  readonly formula: string;
  /** In their order, whatever the order in which they came. */
  readonly operands: readonly unknown[];
  /** What is left of the shortest of its operands' times to live. */
  readonly ttlMs: number;
  readonly trace: string | undefined;
  /** The most of its operands'; none has one the first time. */
  readonly attempt?: number | undefined;
  /** Why it cannot be served; then operands may be missing. */
  readonly refusal: Failure | undefined;
}

/** Everything that one input completed, in the order in which it did. */
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
  /** Requests of which operands are missing. */
  incomplete(): number;
  /** Requests of which operands were missing, forgotten for want of room. */
  evictedEarly(): number;
}

export interface JoinConfig {
  /** At least 1. */
  readonly incompleteMax?: number;
  /** Bytes that the operands of incomplete requests take together. */
  readonly bytesMax?: number;
}

/**
 * Twice what a server admits. Requests are halfway here only between two frames of one turn, so that no more than are
 * computed at once should ever be; as many again may have lost an operand and wait to be sent again.
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

  /** @returns the request this operand makes complete */
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
