import type { OperandReading } from '@cateto/contracts';
import { failure } from '@cateto/contracts';
import { describe, expect, test } from 'vitest';
import type { CompleteRequest, JoinConfig } from './join.ts';
import { createJoin } from './join.ts';

const a = 'aaaaaaaaaaaa';
const b = 'bbbbbbbbbbbb';

/** Operand n of request seq; unless given otherwise, the first of two for a hypotenuse. */
function operandOf(seq: number, given: Partial<OperandReading> = {}): OperandReading {
  return {
    seq,
    ttlMs: 5_000,
    trace: undefined,
    formula: 'hypotenuse',
    operands: 2,
    value: seq,
    refusal: undefined,
    ...given,
  };
}

/** A join with a clock that the test moves. */
function setUp(config: JoinConfig = {}) {
  const join = createJoin(config);
  const at = { nowMs: 1_000 };
  const hear = (
    n: number,
    operands: readonly OperandReading[],
    sender = a,
    settledBelow = 1,
    stragglers?: readonly number[],
  ) => join.handle({ type: 'operands', n, sender, settledBelow, stragglers, operands }, at.nowMs);
  return {
    join,
    at,
    hear,
    /** Takes one operand alone. @returns the request that it completes */
    take(n: number, seq: number, given: Partial<OperandReading> = {}, sender = a): CompleteRequest | undefined {
      const [effect] = hear(n, [operandOf(seq, given)], sender);
      return effect?.requests[0];
    },
    tick: () => join.handle({ type: 'tick' }, at.nowMs),
  };
}

describe('joining', () => {
  test('a request is complete when all its operands have arrived, in any order', () => {
    const { take } = setUp();
    expect(take(3, 1, { operands: 3, value: 'c' })).toBeUndefined();
    expect(take(1, 1, { operands: 3, value: 'a' })).toBeUndefined();
    expect(take(2, 1, { operands: 3, value: 'b' })).toEqual({
      seq: 1,
      formula: 'hypotenuse',
      operands: ['a', 'b', 'c'],
      ttlMs: 5_000,
      trace: undefined,
      refusal: undefined,
    });
  });

  test('a request of one operand is complete when that arrives', () => {
    const { take, join } = setUp();
    expect(take(1, 1, { operands: 1, value: 'a', trace: 't' })).toMatchObject({
      operands: ['a'],
      ttlMs: 5_000,
      trace: 't',
    });
    expect(join.deadlineMs()).toBeUndefined();
  });

  test('all requests that a batch completes are reported together, with the settled requests of its sender', () => {
    const { hear } = setUp();
    expect(hear(1, [operandOf(4), operandOf(5), operandOf(6)])).toEqual([]);
    const effects = hear(2, [operandOf(6), operandOf(7), operandOf(4)], a, 3);
    expect(effects).toMatchObject([
      { type: 'complete', sender: a, settledBelow: 3, requests: [{ seq: 6 }, { seq: 4 }] },
    ]);
  });

  test('requests of two senders with the same seq are kept apart', () => {
    const { take } = setUp();
    take(1, 1, { value: 'a of a' }, a);
    take(1, 1, { value: 'a of b' }, b);
    expect(take(2, 1, { value: 'b of b' }, b)?.operands).toEqual(['a of b', 'b of b']);
    expect(take(2, 1, { value: 'b of a' }, a)?.operands).toEqual(['a of a', 'b of a']);
  });

  test('an operand that has already arrived is ignored', () => {
    const { take } = setUp();
    take(1, 1, { value: 'first' });
    expect(take(1, 1, { value: 'again' })).toBeUndefined();
    expect(take(2, 1, { value: 'second' })?.operands).toEqual(['first', 'second']);
  });

  test('a complete request has left the join, so its resent operands complete it again', () => {
    const { take, join } = setUp();
    take(1, 1);
    expect(take(2, 1)).toBeDefined();
    expect(join.incomplete()).toBe(0);
    expect(take(2, 1)).toBeUndefined();
    expect(take(1, 1)).toBeDefined();
  });

  test('a request has the trace of any operand that has one', () => {
    const { take } = setUp();
    take(1, 1);
    expect(take(2, 1, { trace: 'of the second' })?.trace).toBe('of the second');
    take(1, 2, { trace: 'of the first' });
    expect(take(2, 2)?.trace).toBe('of the first');
  });
});

test('a request has the highest attempt of its operands', () => {
  const { take } = setUp();
  take(1, 1);
  expect(take(2, 1)?.attempt).toBeUndefined();
  take(1, 2, { attempt: 2 });
  expect(take(2, 2)?.attempt).toBe(2);
  take(1, 3);
  expect(take(2, 3, { attempt: 3 })?.attempt).toBe(3);
  take(1, 4, { attempt: 4 });
  expect(take(2, 4, { attempt: 3 })?.attempt).toBe(4);
  expect(take(1, 5, { operands: 1, attempt: 2 })?.attempt).toBe(2);
});

describe('refusing', () => {
  const refusal = failure('invalid-request', 'hypotenuse: operand a: expected a number');

  test('a refused operand refuses its request at once, because the other operands may never arrive', () => {
    const { take, join } = setUp();
    expect(take(1, 1, { refusal })).toMatchObject({ seq: 1, formula: 'hypotenuse', refusal });
    take(1, 2, { operands: 3 });
    expect(take(3, 2, { operands: 3, refusal })).toMatchObject({ seq: 2, refusal });
    expect(join.incomplete()).toBe(0);
  });

  test('a refused operand with an unreadable count refuses the request that has begun with its id', () => {
    const { take, join } = setUp();
    take(1, 1, { operands: 2 });
    expect(take(2, 1, { operands: 1, refusal })).toMatchObject({ seq: 1, refusal });
    expect(join.incomplete()).toBe(0);
  });

  test('later operands of a refused request wait until the request is resent', () => {
    const { take, join } = setUp();
    take(1, 1, { refusal });
    expect(take(2, 1)).toBeUndefined();
    expect(take(1, 1, { refusal })).toMatchObject({ seq: 1, refusal });
    expect(join.incomplete()).toBe(0);
  });

  test('operands for different formulas are refused, and the message names both', () => {
    const { take } = setUp();
    take(1, 1, { formula: 'hypotenuse' });
    const complete = take(2, 1, { formula: 'leg' });
    expect(complete).toMatchObject({ formula: 'hypotenuse', refusal: { code: 'invalid-request' } });
    expect(complete?.refusal?.message).toBe('operand 2 is for leg, an operand before it for hypotenuse');
  });

  test('operands with different counts are refused, and the message names both counts', () => {
    const { take } = setUp();
    take(1, 1, { operands: 2 });
    const complete = take(2, 1, { operands: 3 });
    expect(complete?.refusal?.code).toBe('invalid-request');
    expect(complete?.refusal?.message).toBe('hypotenuse: operand 2 of 3, an operand before it of 2');
  });

  test('an operand beyond the count is refused at once, whether it arrives first or later', () => {
    const { take, join } = setUp();
    expect(take(3, 1, { operands: 2 })?.refusal?.message).toBe('hypotenuse: operand 3 of 2');
    take(1, 2, { operands: 2 });
    expect(take(3, 2, { operands: 2 })?.refusal?.message).toBe('hypotenuse: operand 3 of 2');
    take(1, 3, { operands: 2 });
    expect(take(4, 3, { operands: 4 })?.refusal?.message).toBe('hypotenuse: operand 4 of 4, an operand before it of 2');
    expect(join.incomplete()).toBe(0);
  });
});

describe('forgetting', () => {
  test('the time to live of a request is the shortest of its operands’', () => {
    const { take, at } = setUp();
    take(1, 1, { ttlMs: 5_000 });
    take(1, 2, { ttlMs: 5_000 });
    at.nowMs += 1_200;
    expect(take(2, 1, { ttlMs: 4_000 })?.ttlMs).toBe(3_800);
    expect(take(2, 2, { ttlMs: 300 })?.ttlMs).toBe(300);
  });

  test('an incomplete request is removed within a second of its deadline', () => {
    const { take, at, tick, join } = setUp();
    take(1, 1, { ttlMs: 500 });
    take(1, 3, { ttlMs: 1_000 });
    at.nowMs = 1_100;
    take(1, 2, { ttlMs: 901 });
    expect(join.deadlineMs()).toBe(2_000);
    at.nowMs = 1_999;
    tick();
    expect(join.incomplete()).toBe(3);
    at.nowMs = 2_000;
    expect(tick()).toEqual([]);
    expect([join.incomplete(), join.evictedEarly()]).toEqual([1, 0]);
    expect(join.deadlineMs()).toBe(3_000);
    at.nowMs = 3_000;
    tick();
    expect(join.incomplete()).toBe(0);
    expect(join.deadlineMs()).toBeUndefined();
  });

  test('an overdue request does not count even without a tick', () => {
    const { take, at, hear, join } = setUp();
    take(1, 1, { ttlMs: 500 });
    at.nowMs = 2_000;
    hear(1, [], b);
    expect(join.incomplete()).toBe(0);
  });

  test('an operand that arrives after the deadline of its request begins a new one', () => {
    const { take, at } = setUp();
    take(1, 1, { ttlMs: 500, value: 'of before' });
    at.nowMs = 1_500;
    expect(take(2, 1, { value: 'b' })).toBeUndefined();
    expect(take(1, 1, { value: 'a' })?.operands).toEqual(['a', 'b']);
  });

  test('a later operand with less time left brings the deadline forward', () => {
    const { take, at } = setUp();
    take(1, 1, { operands: 3, ttlMs: 5_000 });
    take(2, 1, { operands: 3, ttlMs: 100 });
    at.nowMs += 100;
    expect(take(3, 1, { operands: 3 })).toBeUndefined();
    at.nowMs += 1;
    expect(take(1, 1, { operands: 3 })).toBeUndefined();
    expect(take(2, 1, { operands: 3 })?.ttlMs).toBe(4_999);
  });

  test('a request that begins anew outlives the deadline of its predecessor', () => {
    const { take, at, tick, join } = setUp();
    take(1, 1, { operands: 3, ttlMs: 1_000 });
    take(2, 1, { operands: 3, ttlMs: 100 });
    at.nowMs += 100;
    take(1, 1, { operands: 2, ttlMs: 5_000 });
    expect(join.incomplete()).toBe(1);
    at.nowMs += 900;
    tick();
    expect(take(2, 1, { operands: 2 })).toBeDefined();
  });

  test('an operand with no time left is ignored', () => {
    const { take, join } = setUp();
    expect(take(1, 1, { ttlMs: 0 })).toBeUndefined();
    expect(take(1, 2, { operands: 1, ttlMs: 0 })).toBeUndefined();
    expect(join.incomplete()).toBe(0);
  });

  test('a request that its sender has settled is forgotten, and ignored when it arrives late', () => {
    const { take, hear, join } = setUp();
    for (const seq of [1, 2, 3]) take(1, seq);
    take(1, 1, {}, b);
    expect(hear(2, [operandOf(2), operandOf(3)], a, 3)).toMatchObject([{ settledBelow: 3, requests: [{ seq: 3 }] }]);
    expect(join.incomplete()).toBe(1);
    expect(take(2, 1, {}, b)).toBeDefined();
  });

  test('a straggler is joined although its seq is below the watermark, and forgotten when it is a straggler no more', () => {
    const { take, hear, join } = setUp();
    for (const seq of [1, 2, 3]) take(1, seq);
    hear(1, [], a, 4, [1, 3]);
    expect(join.incomplete()).toBe(2);
    expect(hear(2, [operandOf(3), operandOf(2)], a, 4, [1, 3])).toMatchObject([
      { settledBelow: 4, stragglers: [1, 3], requests: [{ seq: 3 }] },
    ]);
    hear(1, [], a, 4);
    expect(join.incomplete()).toBe(0);
  });

  test('an older batch of a sender does not reopen what a newer one has settled', () => {
    const { hear } = setUp();
    hear(1, [operandOf(5)], a, 5);
    expect(hear(2, [operandOf(4, { operands: 1 }), operandOf(5)], a, 2)).toMatchObject([
      { settledBelow: 5, requests: [{ seq: 5 }] },
    ]);
  });

  test('one false batch in a sender’s name silences the sender for two seconds, not for ever', () => {
    const { hear, at } = setUp();
    at.nowMs = 10_000;
    hear(1, [operandOf(2 ** 53 - 1)], a, 2 ** 53 - 1);
    at.nowMs = 11_999;
    expect(hear(1, [operandOf(4, { operands: 1 })], a, 2)).toEqual([]);
    at.nowMs = 12_000;
    expect(hear(1, [operandOf(4, { operands: 1 })], a, 2)).toMatchObject([{ settledBelow: 2, requests: [{ seq: 4 }] }]);
  });

  test('a sender without incomplete requests is not remembered, because the responder knows what is settled', () => {
    const { hear } = setUp();
    hear(1, [operandOf(5)], a, 5);
    hear(2, [operandOf(5)], a, 5);
    expect(hear(1, [operandOf(4, { operands: 1 })], a, 2)).toMatchObject([{ settledBelow: 2, requests: [{ seq: 4 }] }]);
  });

  test('when operands take too many bytes the oldest requests go, whichever one grew', () => {
    const { take, join } = setUp({ bytesMax: 5_000 });
    const value = 'x'.repeat(1_000);
    take(1, 1, { operands: 3, value });
    take(1, 2, { operands: 3, value });
    take(2, 2, { operands: 3, value: 12 });
    expect([join.incomplete(), join.evictedEarly()]).toEqual([2, 0]);
    take(2, 1, { operands: 3, value });
    expect([join.incomplete(), join.evictedEarly()]).toEqual([1, 1]);
    expect(take(3, 2, { operands: 3, value })).toBeDefined();
    take(1, 3, { operands: 3, value: 'x'.repeat(3_000) });
    expect([join.incomplete(), join.evictedEarly()]).toEqual([0, 2]);
  });

  test('when there are too many requests the oldest one goes, and is counted', () => {
    const { take, join } = setUp({ incompleteMax: 2 });
    take(1, 1, {}, a);
    take(1, 2, {}, b);
    take(1, 3, {}, a);
    expect([join.incomplete(), join.evictedEarly()]).toEqual([2, 1]);
    expect(take(2, 2, {}, b)).toBeDefined();
    expect(take(2, 3, {}, a)).toBeDefined();
    expect(take(2, 1, {}, a)).toBeUndefined();
  });

  test('the only request of a sender gives way to the next one of the same sender', () => {
    const { take, join } = setUp({ incompleteMax: 1 });
    take(1, 1);
    take(1, 2);
    expect(take(2, 2)).toBeDefined();
    expect([join.incomplete(), join.evictedEarly()]).toEqual([0, 1]);
  });

  test('a request that is complete at once takes no place', () => {
    const { take, join } = setUp({ incompleteMax: 1 });
    take(1, 1);
    take(1, 2, { operands: 1 });
    expect([join.incomplete(), join.evictedEarly()]).toEqual([1, 0]);
  });
});
