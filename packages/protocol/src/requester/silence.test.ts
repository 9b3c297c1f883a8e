import { describe, expect, test } from 'vitest';
import { outcomes, sends, setUpReady } from './requester.test-support.ts';

const [a, b, c] = ['aaaaaaaaaaaa', 'bbbbbbbbbbbb', 'cccccccccccc'] as const;

/** A request that one of two servers has, and further beats and events. */
function setUp(deadlineMs = 60_000) {
  const ready = setUpReady();
  ready.up(a);
  ready.up(b);
  const [[, holder]] = sends(ready.call(1, { deadlineMs })) as [[number, string]];
  const other = holder === a ? b : a;
  const beat = (held: readonly number[], silentMs = 2_000, sender = holder) => [
    ...ready.handle({ type: 'beat', sender, held, silentMs }),
    ...ready.handle({ type: 'turn-ended' }),
  ];
  return { ...ready, holder, other, beat };
}

describe('named requests', () => {
  test('a request is not resent when its answer arrives together with the beat that does not name it any more', () => {
    const { handle, answer, at, holder } = setUp();
    at.nowMs = 50;
    handle({ type: 'beat', sender: holder, held: [1, 1], silentMs: 2_000 });
    at.nowMs = 550;
    expect(sends(handle({ type: 'beat', sender: holder, held: [], silentMs: 0 }))).toEqual([]);
    answer(holder, 1);
    expect(sends(handle({ type: 'turn-ended' }))).toEqual([]);
  });

  test('a named request stays at its server without being resent, however long it takes', () => {
    const { beat, runTo, at } = setUp();
    for (let second = 0; second < 30; second += 1) {
      at.nowMs += 100;
      expect(sends(beat([1, 1]))).toEqual([]);
      expect(sends(runTo(at.nowMs + 900))).toEqual([]);
    }
  });

  test('a named request moves to another server when the announced silence is over', () => {
    const { beat, runTo, at, other } = setUp();
    at.nowMs = 50;
    beat([1, 1]);
    expect(sends(runTo(2_149))).toEqual([]);
    expect(sends(runTo(2_150))).toEqual([[1, other]]);
  });

  test('a request does not move while the brokers do not forward what is sent, and silence counts anew afterwards', () => {
    const { runTo, at, handle, holder, other } = setUp();
    at.forwards = false;
    expect(sends(runTo(5_000))).toEqual([]);
    handle({ type: 'path-proven', proof: 99 });
    // The broker stood still, and the server has just got the request.
    handle({ type: 'beat', sender: holder, held: [1, 1], silentMs: 2_000 });
    at.forwards = true;
    expect(sends(runTo(7_099))).toEqual([]);
    expect(sends(runTo(7_200))).toEqual([[1, other]]);
  });

  test('a request moves when its server is silent after a broker that stood still has forwarded it', () => {
    const { runTo, at, handle, other } = setUp();
    at.forwards = false;
    const proofs: number[] = [];
    while (at.nowMs < 700) {
      at.nowMs += 10;
      for (const effect of handle({ type: 'tick' })) if (effect.type === 'prove-path') proofs.push(effect.proof);
    }
    // The first hello may have been lost.
    expect(proofs).toEqual([1, 2]);
    at.forwards = true;
    handle({ type: 'path-proven', proof: 2 });
    expect(sends(runTo(799))).toEqual([]);
    expect(sends(runTo(900))).toEqual([[1, other]]);
  });

  test('a request that is not named any more is resent to the same server at once, because its answer was lost', () => {
    const { beat, at, holder } = setUp();
    at.nowMs = 50;
    beat([1, 1]);
    at.nowMs = 550;
    expect(sends(beat([]))).toEqual([[1, holder]]);
  });

  test('a named request stays with a server whose subscription is withdrawn for a tenth of the time that the server has had it', () => {
    const { beat, down, runTo, at, holder, other } = setUp();
    at.nowMs = 50;
    beat([1, 1]);
    runTo(900);
    beat([1, 1]);
    runTo(1_000);
    expect(sends(down(holder))).toEqual([]);
    expect(sends(runTo(1_099))).toEqual([]);
    expect(sends(runTo(1_100))).toEqual([[1, other]]);
  });

  test('a named request stays when the subscription is back before that, also if a beat is late after a failover', () => {
    const { beat, down, up, runTo, at, holder, handle } = setUp();
    at.nowMs = 900;
    beat([1, 1]);
    at.nowMs = 1_000;
    handle({ type: 'marker-down', held: 0 });
    down(holder);
    at.nowMs = 1_020;
    up(holder);
    expect(sends(handle({ type: 'marker-up', held: 1 }))).toEqual([[1, holder]]);
    expect(sends(runTo(3_019)).filter(([, to]) => to !== holder)).toEqual([]);
  });

  test('a named request moves at once when its server has ended', () => {
    const { beat, handle, at, holder, other } = setUp();
    at.nowMs = 900;
    beat([1, 1]);
    handle({ type: 'server-ended', address: holder });
    expect(sends(handle({ type: 'turn-ended' }))).toEqual([[1, other]]);
  });
});

describe('patient calls without a server', () => {
  test('a patient call without a server fails after longer than a failover takes, and later ones fail at once', () => {
    const { call, handle, runTo } = setUpReady();
    call(1, { unheard: 'fail', impatient: false });
    expect(outcomes(handle({ type: 'turn-ended' }))).toEqual([]);
    runTo(499);
    runTo(500);
    expect(outcomes(handle({ type: 'turn-ended' }))).toEqual([[1, 'no-listener']]);
    call(2, { unheard: 'fail', impatient: false });
    expect(outcomes(handle({ type: 'turn-ended' }))).toEqual([[2, 'no-listener']]);
  });

  test('a patient call does not fail while a draining server says that it is working on the call', () => {
    const { call, handle, up, down, runTo } = setUpReady();
    up(a);
    call(1, { unheard: 'fail', impatient: false });
    down(a);
    handle({ type: 'turn-ended' });
    runTo(60);
    handle({ type: 'beat', sender: a, held: [1, 1], silentMs: 2_000 });
    runTo(2_059);
    expect(outcomes(handle({ type: 'turn-ended' }))).toEqual([]);
    runTo(4_000);
    expect(outcomes(handle({ type: 'turn-ended' }))).toEqual([[1, 'no-listener']]);
  });

  test('a patient call goes to a server that comes meanwhile', () => {
    const { call, handle, up, at } = setUpReady();
    call(1, { unheard: 'fail', impatient: false });
    handle({ type: 'turn-ended' });
    at.nowMs = 400;
    expect(sends(up(a))).toEqual([[1, a]]);
  });
});

describe('a server with a lease', () => {
  test('during a lease, requests that the server has not named are resent to it, and to no other', () => {
    const { beat, runTo, at, holder } = setUp();
    at.nowMs = 50;
    beat([9, 9]);
    const again = sends(runTo(2_000));
    expect(again.length).toBeGreaterThan(1);
    expect(new Set(again.map(([, to]) => to))).toEqual(new Set([holder]));
  });

  test('a lease does not expire during a standstill of the requester', () => {
    const { beat, runTo, at, handle, holder } = setUp();
    at.nowMs = 50;
    beat([1, 1]);
    // The timer of 200 ms fires five seconds late.
    at.nowMs = 5_200;
    expect(sends(handle({ type: 'tick' }))).toEqual([]);
    expect(sends(runTo(6_000)).filter(([, to]) => to !== holder)).toEqual([]);
  });

  test('a server is not passed over while it works, and is when it falls silent', () => {
    const { beat, call, runTo, holder, other, answer } = setUp();
    for (const untilMs of [100, 1_000, 2_000, 3_000, 4_000]) {
      runTo(untilMs);
      beat([1, 1]);
    }
    const both = [call(2), call(3)].flatMap(sends).map(([, to]) => to);
    expect(new Set(both)).toEqual(new Set([holder, other]));
    runTo(8_500);
    answer(other, 1);
    // The first call also sends a probe.
    expect(sends(call(4))).toContainEqual([4, holder]);
    expect(new Set([call(5), call(6)].flatMap(sends).map(([, to]) => to))).toEqual(new Set([other]));
  });

  test('when the lease of a server with many requests ends, one of them moves a second, plus a tenth of the answers', () => {
    const { call, at, handle, answer, runTo, up } = setUpReady();
    up(c);
    for (let seq = 1; seq <= 50; seq += 1) call(seq, { deadlineMs: 60_000 });
    at.nowMs = 50;
    handle({ type: 'beat', sender: c, held: [1, 50], silentMs: 500 });
    up(a);
    const moved = sends(runTo(2_600)).filter(([, to]) => to === a).length;
    expect(moved).toBeGreaterThanOrEqual(2);
    expect(moved).toBeLessThanOrEqual(4);
    for (let seq = 1; seq <= 20; seq += 1) answer(a, seq);
    expect(outcomes(runTo(2_700))).toEqual([]);
  });
});

describe('a server that answers nothing', () => {
  test('a patient call stays at a server that leaves everything unanswered but listens, and further calls go there too', () => {
    const { call, handle, up, runTo } = setUpReady();
    up(a);
    const patient = { unheard: 'fail', impatient: false, deadlineMs: 60_000 } as const;
    call(1, patient);
    const effects = runTo(10_000);
    expect([outcomes(effects), outcomes(handle({ type: 'turn-ended' }))]).toEqual([[], []]);
    expect(sends(call(2, patient)).map(([seq]) => seq)).toContain(2);
    expect(outcomes([...runTo(15_000), ...handle({ type: 'turn-ended' })])).toEqual([]);
  });
});
