import { describe, expect, test } from 'vitest';
import { a, b, callOf, outcomes, sends, setUpReady } from './requester.test-support.ts';
import { createStandstills } from './standstills.ts';

const other = 'calc.cube.request.1';

describe('standstills', () => {
  test('a standstill shows in the first input after a timer that is late, and counts once', () => {
    const standstills = createStandstills();
    const due = (): number => 1_000;
    expect(standstills.before(false, due, 900)).toBe(0);
    expect(standstills.before(false, due, 4_000)).toBe(3_000);
    expect(standstills.before(true, due, 4_001)).toBe(0);
    expect(standstills.ticked()).toBe(true);
  });

  test('a late tick is a standstill although inputs came all the time', () => {
    const standstills = createStandstills();
    for (let ms = 0; ms <= 1_150; ms += 50) expect(standstills.before(false, () => 1_000, ms)).toBe(0);
    expect(standstills.before(true, () => 1_000, 1_150)).toBe(150);
    expect(standstills.ticked()).toBe(true);
  });

  test('time without a timer is no standstill, nor is a tick that is 100 ms late', () => {
    const standstills = createStandstills();
    expect(standstills.before(false, () => Number.POSITIVE_INFINITY, 60_000)).toBe(0);
    expect(standstills.before(true, () => 60_100, 60_200)).toBe(0);
    expect(standstills.ticked()).toBe(false);
  });

  test('a process whose timers are always late does not stand still', () => {
    const standstills = createStandstills();
    expect(standstills.before(true, () => 0, 200)).toBe(200);
    expect(standstills.ticked()).toBe(true);
    expect(standstills.before(true, () => 200, 400)).toBe(0);
    expect(standstills.ticked()).toBe(false);
  });
});

describe('a requester that stood still', () => {
  test('a requester that stood still does not pass over a server for the silence of that time', () => {
    const { call, up, at, tick, runTo } = setUpReady();
    up(a);
    up(b);
    call(1, { deadlineMs: 60_000 });
    at.nowMs = 3_000;
    tick();
    expect(sends(runTo(3_400))).toHaveLength(1);
    const next = [2, 3].flatMap((seq) => sends(call(seq, { deadlineMs: 60_000 })));
    expect(new Set(next.map(([, to]) => to))).toEqual(new Set([a, b]));
  });

  test('the time until a call is late passes only while its requester runs', () => {
    const { handle, up, at, tick, runTo } = setUpReady();
    up(a);
    handle({ type: 'call', call: { ...callOf(1, { deadlineMs: 60_000 }), lateMs: 2_000 } });
    handle({ type: 'beat', sender: a, held: [1, 1], silentMs: 5_000 });
    runTo(1_900);
    at.nowMs = 6_000;
    expect(outcomes(tick())).toEqual([]);
    expect(outcomes(runTo(6_199))).toEqual([]);
    expect(outcomes(runTo(6_400))).toEqual([[1, 'deadline-exceeded']]);
  });

  test('the deadline of a caller does not wait', () => {
    const { call, up, at, tick } = setUpReady();
    up(a);
    call(1, { deadlineMs: 5_000 });
    at.nowMs = 6_000;
    expect(outcomes(tick())).toEqual([[1, 'deadline-exceeded']]);
  });

  test('a call without a server fails when none is known for half a second in which its requester ran', () => {
    const { call, handle, up, at, tick, runTo } = setUpReady();
    up(a);
    call(1, { deadlineMs: 60_000 });
    call(2, { route: other, unheard: 'fail', impatient: false, deadlineMs: 60_000 });
    const ended = () => outcomes(handle({ type: 'turn-ended' }));
    expect(ended()).toEqual([]);
    at.nowMs = 3_000;
    tick();
    expect(ended()).toEqual([]);
    runTo(3_300);
    expect(ended()).toEqual([]);
    runTo(3_500);
    expect(ended()).toEqual([[2, 'no-listener']]);
  });

  test('an answer that waited meanwhile costs its origin no turn', () => {
    const { handle, up, at, answer, runTo } = setUpReady({ perServerMax: 1 });
    up(a);
    const call = (seq: number, origin: string) =>
      handle({ type: 'call', call: { ...callOf(seq, { deadlineMs: 60_000 }), origin } });
    for (const seq of [1, 2, 3, 4, 5]) call(seq, seq % 2 === 1 ? 'one' : 'other');
    at.nowMs = 10;
    expect(sends(answer(a, 1))).toEqual([[2, a]]);
    handle({ type: 'beat', sender: a, held: [2, 2], silentMs: 50 });
    // When the lease ends.
    runTo(200);
    at.nowMs = 3_200;
    // It is read before the tick.
    expect(sends(answer(a, 2))).toEqual([[3, a]]);
    at.nowMs = 3_500;
    expect(sends(answer(a, 3))).toEqual([[4, a]]);
  });
});

test('requests that ran while the requester stood still count for the speed of their queue with all of that time', () => {
  const { call, answer, handle, runTo, at } = setUpReady({ earnedFirst: 16 });
  handle({ type: 'listener-up', route: callOf(1).target.route, address: a });
  handle({ type: 'beat', sender: a, held: undefined, silentMs: 0, windows: { [callOf(1).target.contract]: 16 } });
  for (let seq = 1; seq <= 200; seq += 1) call(seq, { deadlineMs: 60_000 });
  runTo(100);
  handle({ type: 'beat', sender: a, held: [1, 16], silentMs: 60_000 });
  // The requests take four seconds. It stands still for most of them.
  at.nowMs = 4_000;
  handle({ type: 'tick' });
  for (let seq = 1; seq <= 9; seq += 1) answer(a, seq);
  runTo(8_000);
  answer(a, 10);
  // Nine answers in four seconds do not show that 190 requests take longer than 48 s.
  expect(outcomes(call(201, { deadlineMs: 68_000 }))).toEqual([]);
});
