import { describe, expect, test } from 'vitest';
import { outcomes, sends, setUpReady } from './requester.test-support.ts';

const [a, b, c] = ['aaaaaaaaaaaa', 'bbbbbbbbbbbb', 'cccccccccccc'] as const;
const count = 1_000;

/** Two servers share this many calls, and each says that it is working on its own. */
function setUp() {
  const ready = setUpReady();
  ready.up(a);
  ready.up(b);
  for (let seq = 1; seq <= count; seq += 1) ready.call(seq, { deadlineMs: 1_000_000 });
  const beat = (sender: string, silentMs = 2_000, held: readonly number[] = [1, count]) =>
    ready.handle({ type: 'beat', sender, held, silentMs });
  ready.at.nowMs = 50;
  beat(a);
  beat(b);
  ready.runTo(500);
  let ticks = 0;
  const runTo = (untilMs: number): [number, string][] => {
    const sent: [number, string][] = [];
    for (
      let dueMs = ready.requester.deadlineMs();
      dueMs !== undefined && dueMs <= untilMs;
      dueMs = ready.requester.deadlineMs()
    ) {
      ready.at.nowMs = dueMs;
      ticks += 1;
      sent.push(...sends(ready.tick()));
    }
    ready.at.nowMs = untilMs;
    return sent;
  };
  return { ...ready, beat, runTo, ticks: () => ticks };
}

describe('named requests', () => {
  test('named requests cost one check for each server and lease, however many they are', () => {
    const { beat, runTo, ticks } = setUp();
    for (let nowMs = 500; nowMs <= 20_000; nowMs += 500) {
      expect(runTo(nowMs)).toEqual([]);
      beat(a);
      beat(b);
    }
    expect(ticks()).toBeLessThan(40);
  });

  test('when a lease ends, as many named requests as allowed move to another server', () => {
    const { beat, runTo } = setUp();
    beat(b, 60_000);
    expect(runTo(2_149)).toEqual([]);
    const moved = runTo(4_600);
    // One a second.
    expect(new Set(moved.map(([seq]) => seq)).size).toBe(3);
    expect(new Set(moved.map(([, to]) => to))).toEqual(new Set([b]));
  });

  test('named requests cost few checks while their lease has ended and none of them may move', () => {
    const { runTo, ticks } = setUp();
    runTo(12_000);
    expect(ticks()).toBeLessThan(300);
  });

  test('named requests move when a later, shorter lease ends', () => {
    const { beat, runTo } = setUp();
    beat(a, 60_000);
    beat(b, 60_000);
    runTo(3_000);
    beat(a, 1_000);
    expect(runTo(4_099)).toEqual([]);
    expect(runTo(4_100)).toHaveLength(1);
  });

  test('named requests of a server that ended without a replacement are resent when a server comes', () => {
    const { handle, runTo, up } = setUp();
    handle({ type: 'server-ended', address: b });
    handle({ type: 'server-ended', address: a });
    handle({ type: 'turn-ended' });
    expect(runTo(900)).toEqual([]);
    expect(sends(up(c))).toHaveLength(count);
  });

  test('named requests are checked again after their server ended without a replacement', () => {
    const { handle, requester } = setUp();
    handle({ type: 'server-ended', address: a });
    handle({ type: 'server-ended', address: b });
    handle({ type: 'turn-ended' });
    expect(requester.deadlineMs()).toBeLessThan(2_000);
  });
});

describe('calls that wait for room and fail without a server', () => {
  const impatient = { unheard: 'fail', impatient: true, deadlineMs: 60_000 } as const;
  const patient = { unheard: 'fail', impatient: false, deadlineMs: 60_000 } as const;

  function setUpFull() {
    const ready = setUpReady({ earnedFirst: 1 });
    ready.up(a);
    ready.call(1);
    return ready;
  }

  test('calls that wait for room and fail without a server fail when the only one goes', () => {
    const { call, down, handle } = setUpFull();
    for (const seq of [2, 3, 4]) call(seq, impatient);
    expect(down(a)).toContainEqual({ type: 'await-turn' });
    expect(outcomes(handle({ type: 'turn-ended' }))).toEqual([2, 3, 4].map((seq) => [seq, 'no-listener']));
  });

  test('calls that wait for room and fail without a server fail when the only one ends', () => {
    const { call, handle } = setUpFull();
    for (const seq of [2, 3, 4]) call(seq, impatient);
    handle({ type: 'server-ended', address: a });
    expect(outcomes(handle({ type: 'turn-ended' }))).toEqual([2, 3, 4].map((seq) => [seq, 'no-listener']));
  });

  test('calls that may wait without a server fail later, even if a server listened for a moment', () => {
    const { call, down, up, handle, runTo, at } = setUpFull();
    for (const seq of [2, 3, 4]) call(seq, patient);
    down(a);
    handle({ type: 'turn-ended' });
    at.nowMs = 100;
    up(b);
    at.nowMs = 200;
    down(b);
    handle({ type: 'turn-ended' });
    const failed: [number, unknown][] = [];
    for (let nowMs = 300; nowMs <= 2_000; nowMs += 10) {
      failed.push(...outcomes(runTo(nowMs)), ...outcomes(handle({ type: 'turn-ended' })));
    }
    expect(failed.map(([seq]) => seq)).toEqual([2, 3, 4]);
  });

  test('calls fail although nothing could be sent when the turn had ended', () => {
    const { call, down, handle } = setUpFull();
    call(2, impatient);
    down(a);
    handle({ type: 'unconfirmed' });
    expect(handle({ type: 'turn-ended' })).toEqual([]);
    expect(handle({ type: 'confirmed' })).toContainEqual({ type: 'await-turn' });
    expect(outcomes(handle({ type: 'turn-ended' }))).toEqual([[2, 'no-listener']]);
  });

  test('calls do not fail because of a server on another route', () => {
    const { call, down, up, handle } = setUpFull();
    up(b, 'calc.cube.request.1');
    call(2, impatient);
    down(b, 'calc.cube.request.1');
    expect(outcomes(handle({ type: 'turn-ended' }))).toEqual([]);
  });
});
