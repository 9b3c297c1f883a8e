import { describe, expect, test } from 'vitest';
import { outcomes, sends, setUpReady } from './requester.test-support.ts';

const [a, b, c] = ['aaaaaaaaaaaa', 'bbbbbbbbbbbb', 'cccccccccccc'] as const;

/** A request that one of two servers has had for three seconds, as its last beat says. */
function setUp() {
  const ready = setUpReady();
  ready.up(a);
  ready.up(b);
  const [[, holder]] = sends(ready.call(1, { deadlineMs: 60_000 })) as [[number, string]];
  const other = holder === a ? b : a;
  const beat = (held: readonly number[], silentMs = 2_000, sender = holder) => [
    ...ready.handle({ type: 'beat', sender, held, silentMs }),
    ...ready.handle({ type: 'turn-ended' }),
  ];
  for (const nowMs of [50, 1_500, 2_900]) {
    ready.runTo(nowMs);
    beat([1, 1]);
  }
  ready.runTo(3_000);
  return { ...ready, holder, other, beat };
}

describe('a request whose server drains', () => {
  test('a request whose server drains does not go to a server that comes meanwhile', () => {
    const { down, up, runTo, holder } = setUp();
    down(holder);
    expect(sends(up(c))).toEqual([]);
    expect(sends(runTo(3_299))).toEqual([]);
    expect(sends(runTo(3_300))).toHaveLength(1);
  });

  test('a request whose server drains does not go to another because a third one ends', () => {
    const { down, up, handle, holder } = setUp();
    up(c);
    down(holder);
    handle({ type: 'server-ended', address: c });
    expect(sends(handle({ type: 'turn-ended' }))).toEqual([]);
  });

  test('a request whose server drains does not go to another because no server listens for another call', () => {
    const { down, call, handle, holder } = setUp();
    down(holder);
    const unserved = { unheard: 'fail', route: 'calc.add.request.1', contract: 'add' } as const;
    expect(call(2, unserved)).toEqual([{ type: 'await-turn' }]);
    const effects = handle({ type: 'turn-ended' });
    expect(sends(effects)).toEqual([]);
    expect(outcomes(effects)).toEqual([[2, 'no-listener']]);
  });

  test('a request whose server drains stays for the announced silence, once that server says that it is still working', () => {
    const { down, beat, runTo, at, holder, other } = setUp();
    down(holder);
    at.nowMs = 3_100;
    beat([1, 1]);
    at.nowMs = 3_600;
    beat([1, 1]);
    expect(sends(runTo(5_599))).toEqual([]);
    expect(sends(runTo(5_600))).toEqual([[1, other]]);
  });

  test('a request whose server drains goes to another at once when its server does not name it any more', () => {
    const { down, beat, holder, other } = setUp();
    down(holder);
    beat([1, 1]);
    expect(sends(beat([], 0))).toEqual([[1, other]]);
  });

  test('a request whose server drains goes to another at once when its server ends', () => {
    const { down, handle, holder, other } = setUp();
    handle({ type: 'server-ended', address: holder });
    down(holder);
    expect(sends(handle({ type: 'turn-ended' }))).toEqual([[1, other]]);
  });
});

describe('a request that is open during a failover', () => {
  test('during a failover a request waits for its server when another one connects to the new broker first', () => {
    const { down, up, handle, at, holder, other } = setUp();
    handle({ type: 'marker-down', held: 0 });
    down(holder);
    down(other);
    at.nowMs = 3_020;
    up(other);
    expect(sends(handle({ type: 'marker-up', held: 1 }))).toEqual([]);
    expect(sends(up(c))).toEqual([]);
    at.nowMs = 3_040;
    expect(sends(up(holder))).toEqual([[1, holder]]);
  });

  test('during a failover a request waits for its server also if that has not named it yet, but says that it is working', () => {
    const { call, down, up, handle, at, beat, holder, other } = setUp();
    // One for each server.
    const second = Object.fromEntries(
      [2, 3].flatMap((seq) => sends(call(seq, { deadlineMs: 60_000 }))).map(([seq, to]) => [to, seq]),
    );
    beat([1, 1]);
    handle({ type: 'marker-down', held: 0 });
    down(holder);
    down(other);
    at.nowMs = 3_020;
    up(other);
    expect(sends(handle({ type: 'marker-up', held: 1 }))).toEqual([[second[other], other]]);
    at.nowMs = 3_040;
    expect(sends(up(holder))).toEqual([
      [1, holder],
      [second[holder], holder],
    ]);
  });

  test('during a failover a request goes to another server when its own has not come for half a second', () => {
    const { call, down, up, handle, runTo, at, beat, holder, other } = setUp();
    const [[, second]] = sends(call(2, { deadlineMs: 60_000 })) as [[number, string]];
    at.nowMs = 3_100;
    beat([2, 2], 2_000, second);
    beat([1, 1]);
    handle({ type: 'marker-down', held: 0 });
    down(holder);
    down(other);
    handle({ type: 'marker-up', held: 1 });
    up(other);
    expect(sends(runTo(3_599)).filter(([seq]) => seq === 1)).toEqual([]);
    expect(sends(runTo(3_600)).filter(([seq]) => seq === 1)).toEqual([[1, other]]);
  });

  test('a request waits for its server also when one of two brokers goes that both listed the server', () => {
    const { down, handle, holder } = setUp();
    handle({ type: 'marker-up', held: 2 });
    down(holder);
    expect(sends(handle({ type: 'marker-down', held: 1 }))).toEqual([]);
  });
});

test('a request to a server that blocked stays with it when the block is over', () => {
  const { call, up, beat, runTo, holder } = setUp();
  beat([], 60_000);
  const first = sends(call(2, { deadlineMs: 60_000 }));
  const second = sends(call(3, { deadlineMs: 60_000 }));
  const [seq] = [...first, ...second].find(([, to]) => to === holder) ?? [0];
  up(c);
  // Its resend is due at the moment at which the server says that it is free.
  expect(sends(runTo(3_590)).filter(([one]) => one === seq)).toEqual([[seq, holder]]);
  beat([], 0);
  expect(sends(runTo(3_700)).filter(([one]) => one === seq)).toEqual([[seq, holder]]);
});

describe('a requester that stood still', () => {
  test('a requester that stood still sends nothing to another server before it has read what arrived meanwhile', () => {
    const { runTo, at, handle, beat } = setUp();
    // Its next timer is that of the end of the lease.
    runTo(4_000);
    at.nowMs = 9_000;
    expect(sends(handle({ type: 'tick' }))).toEqual([]);
    at.nowMs = 9_100;
    beat([1, 1]);
    expect(sends(runTo(11_000))).toEqual([]);
  });

  test('a requester that stood still resends requests that no server has named only after a while, even after repeated standstills', () => {
    const { call, handle, at, up } = setUpReady();
    up(a);
    up(b);
    const [[, first]] = sends(call(1, { deadlineMs: 60_000 })) as [[number, string]];
    at.nowMs = 3_000;
    expect(sends(handle({ type: 'tick' }))).toEqual([]);
    at.nowMs = 6_000;
    const proof = handle({ type: 'tick' }).find(({ type }) => type === 'prove-path');
    expect(proof).toEqual({ type: 'prove-path', proof: 1 });
    handle({ type: 'path-proven', proof: 1 });
    at.nowMs = 6_100;
    expect(sends(handle({ type: 'tick' }))).toEqual([[1, first === a ? b : a]]);
  });
});

test('a stranger that sends a beat is not remembered', () => {
  const { requester, handle } = setUp();
  for (let n = 0; n < 2_000; n += 1) {
    const sender = n.toString(36).padStart(12, 'x');
    expect(handle({ type: 'beat', sender, held: [1, 9_007_199_254_740_991], silentMs: 86_400_000 })).toEqual([]);
  }
  expect(requester.counters().leases).toBe(1);
});

test('ranges in the wrong order, or without an end, name only what they contain', () => {
  const { beat, holder } = setUp();
  expect(sends(beat([900, 5, 7]))).toEqual([[1, holder]]);
});
