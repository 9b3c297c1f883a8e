import { failure, isFailure } from '@cateto/contracts';
import { describe, expect, test } from 'vitest';
import { a, b, outcomes, route, sends, setUp, setUpReady } from './requester.test-support.ts';
import type { RequesterEffect } from './types.ts';

describe('hold until reachable', () => {
  test('a request is held until there are a marker, a confirmed return path and a listener, and is then sent', () => {
    const { call, up, handle } = setUp();
    expect(call(1)).toEqual([]);
    expect(sends(up(a))).toEqual([]);
    expect(sends(handle({ type: 'marker-up', held: 1 }))).toEqual([]);
    expect(handle({ type: 'confirmed' })).toEqual([
      { type: 'send', seq: 1, to: a, route, work: 'work 1', ttlMs: 5_000, attempt: 1 },
    ]);
  });

  test('the held requests of a route leave in order when a server listens on it, and no others do', () => {
    const { call, up } = setUpReady();
    call(1);
    call(2, { route: 'calc.square.request.2' });
    call(3);
    expect(sends(up(a))).toEqual([
      [1, a],
      [3, a],
    ]);
  });

  test('a request for which no server ever listens settles as no-listener at its deadline', () => {
    const { call, runTo } = setUpReady();
    call(1, { deadlineMs: 300 });
    expect(outcomes(runTo(299))).toEqual([]);
    expect(outcomes(runTo(300))).toEqual([[1, 'no-listener']]);
  });

  test('the failure at the deadline says what was missing', () => {
    let faults: readonly string[] = [];
    const toldAfter = (before: (ready: ReturnType<typeof setUpReady>) => void): unknown => {
      const ready = setUpReady({ perServerMax: 1, unreached: () => faults });
      before(ready);
      ready.call(2, { deadlineMs: 300 });
      return ready
        .runTo(300)
        .flatMap((effect) => (effect.type === 'settle' ? [effect.outcome] : []))
        .map((outcome) => isFailure(outcome) && `${outcome.code}: ${outcome.message}`);
    };
    expect(toldAfter(() => undefined)).toEqual([
      'no-listener: no server listened on calc.square.request.1 within 300 ms',
    ]);
    expect(toldAfter(({ handle }) => void handle({ type: 'marker-down', held: 0 }))).toEqual([
      'no-listener: no active broker was reached within 300 ms',
    ]);
    faults = ['one:1: refused', 'two:2: no such name'];
    expect(toldAfter(({ handle }) => void handle({ type: 'marker-down', held: 0 }))).toEqual([
      'no-listener: no active broker was reached within 300 ms (one:1: refused; two:2: no such name)',
    ]);
    expect(toldAfter(({ handle, up }) => [up(a), handle({ type: 'unconfirmed' })])).toEqual([
      'no-listener: the return path was not confirmed: no message came back from a broker within 300 ms',
    ]);
    expect(toldAfter(({ call, up }) => [up(a), call(1)])).toEqual([
      'overloaded: no server on calc.square.request.1 had room within 300 ms',
    ]);
  });

  test('a call that can fall back waits for room too, and fails when all listening servers are passed over', () => {
    const { call, up, runTo, handle } = setUpReady({ perServerMax: 1 });
    up(a);
    call(1, { unheard: 'fail', deadlineMs: 10_000 });
    expect(sends(call(2, { unheard: 'fail', deadlineMs: 10_000 }))).toEqual([]);
    const settled = [...runTo(1_900), ...handle({ type: 'turn-ended' })];
    expect(outcomes(settled)).toEqual([]);
    runTo(2_500);
    expect(outcomes(handle({ type: 'turn-ended' }))).toEqual([
      [1, 'no-listener'],
      [2, 'no-listener'],
    ]);
  });

  test('while the return path is in doubt new requests wait, and those in flight do not', () => {
    const { call, up, handle } = setUpReady();
    up(a);
    call(1);
    handle({ type: 'unconfirmed' });
    expect(sends(call(2))).toEqual([]);
    expect(sends(handle({ type: 'marker-up', held: 2 }))).toEqual([[1, a]]);
    expect(sends(handle({ type: 'confirmed' }))).toEqual([
      [1, a],
      [2, a],
    ]);
  });

  test('a request beyond the bound settles as overloaded at once', () => {
    const { call } = setUp({ openMax: 2 });
    call(1);
    call(2);
    expect(outcomes(call(3))).toEqual([[3, 'overloaded']]);
  });
});

describe('settling', () => {
  test('an answer settles its request once, and a repeated answer is stale', () => {
    const { call, up, answer, requester } = setUpReady();
    up(a);
    call(1);
    expect(outcomes(answer(a, 1, { value: 144, fallbacks: [] }))).toEqual([[1, 144]]);
    expect(answer(a, 1)).toEqual([]);
    expect(requester.counters()).toMatchObject({ open: 0, stale: 1 });
  });

  test('an answer from a server that did not get the request, or on another topic, does not count', () => {
    const { call, up, answer, handle } = setUpReady();
    up(a);
    call(1);
    expect(answer(b, 1)).toEqual([]);
    const results = [{ seq: 1, outcome: { value: 1, fallbacks: [] } }];
    expect(handle({ type: 'results', sender: a, answerRoute: 'calc.square.result.2', results })).toEqual([]);
    expect(outcomes(answer(a, 1))).toEqual([[1, 1]]);
  });

  test('a failure that no other server can change settles the request at once', () => {
    const { call, up, answer } = setUpReady();
    up(a);
    call(1);
    up(b);
    expect(outcomes(answer(a, 1, failure('out-of-domain', 'too large')))).toEqual([[1, 'out-of-domain']]);
  });

  test('a sent request without an answer settles as deadline-exceeded', () => {
    const { call, up, runTo } = setUpReady();
    up(a);
    call(1, { deadlineMs: 100 });
    expect(outcomes(runTo(100))).toEqual([[1, 'deadline-exceeded']]);
  });

  test('cancelling a request settles it at once, and a later answer is dropped', () => {
    const { call, up, answer, handle } = setUpReady();
    up(a);
    call(1);
    expect(outcomes(handle({ type: 'cancel', seq: 1 }))).toEqual([[1, 'cancelled']]);
    expect(answer(a, 1)).toEqual([]);
    expect(handle({ type: 'cancel', seq: 1 })).toEqual([]);
  });

  test('closing cancels all open requests', () => {
    const { call, up, handle } = setUpReady();
    call(1);
    up(a);
    call(2, { route: 'calc.square.request.2' });
    expect(outcomes(handle({ type: 'close' }))).toEqual([
      [1, 'cancelled'],
      [2, 'cancelled'],
    ]);
  });

  test('after closing, every call is cancelled at once', () => {
    const { call, handle } = setUpReady();
    handle({ type: 'close' });
    expect(outcomes(call(1))).toEqual([[1, 'cancelled']]);
  });

  test('settledBelow is the lowest open seq', () => {
    const { call, up, answer, requester } = setUpReady();
    up(a);
    expect(requester.settledBelow()).toBe(1);
    for (const seq of [1, 2, 3]) call(seq);
    answer(a, 2);
    expect(requester.settledBelow()).toBe(1);
    answer(a, 1);
    expect(requester.settledBelow()).toBe(3);
    answer(a, 3);
    expect(requester.settledBelow()).toBe(4);
  });
});

describe('resending', () => {
  test('when its server vanishes, a request goes to another one at once', () => {
    const { call, up, down } = setUpReady();
    up(a);
    call(1);
    up(b);
    expect(sends(down(a))).toEqual([[1, b]]);
  });

  test('without another server, a request of a vanished server stays in flight: its answer still counts, and it goes to the next server that listens', () => {
    const { call, up, down, answer } = setUpReady();
    up(a);
    call(1);
    call(2);
    expect(down(a)).toEqual([]);
    expect(outcomes(answer(a, 1))).toEqual([[1, 1]]);
    expect(sends(up(b))).toEqual([[2, b]]);
    expect(outcomes(answer(a, 2))).toEqual([[2, 2]]);
  });

  test('when a broker dies and the other takes over, requests in flight are resent to the same servers', () => {
    const { call, up, down, handle } = setUpReady();
    up(a);
    call(1);
    handle({ type: 'marker-down', held: 0 });
    handle({ type: 'unconfirmed' });
    expect(down(a)).toEqual([]);
    expect(up(a)).toEqual([]);
    expect(sends(up(b))).toEqual([]);
    expect(sends(handle({ type: 'marker-up', held: 1 }))).toEqual([[1, a]]);
    expect(sends(handle({ type: 'confirmed' }))).toEqual([[1, a]]);
  });

  test('when one of two markers vanishes, requests in flight are resent once, when the return path is confirmed again', () => {
    const { call, up, handle } = setUpReady();
    up(a);
    handle({ type: 'marker-up', held: 2 });
    call(1);
    expect(sends(handle({ type: 'marker-down', held: 1 }))).toEqual([]);
    handle({ type: 'unconfirmed' });
    expect(sends(handle({ type: 'confirmed' }))).toEqual([[1, a]]);
  });

  test('without any event, a request is resent after 200 ms, 400, 800 and then every second', () => {
    const { call, up, runTo } = setUpReady();
    up(a);
    call(1);
    const seen = [199, 200, 599, 600, 1_399, 1_400, 2_399, 2_400].map((atMs) => sends(runTo(atMs)).length);
    expect(seen).toEqual([0, 1, 0, 1, 0, 1, 0, 1]);
  });

  test('a resend without an event goes to another server if there is one', () => {
    const { call, up, runTo } = setUpReady();
    up(a);
    call(1);
    up(b);
    expect(sends(runTo(200))).toEqual([[1, b]]);
  });

  test('the times of resends are spread by a fifth in both directions', () => {
    for (const [random, dueMs] of [
      [0, 160],
      [1, 240],
    ] as const) {
      const { call, up, runTo } = setUpReady({ random: () => random * 0.999_999 });
      up(a);
      call(1);
      expect(sends(runTo(dueMs - 1))).toEqual([]);
      expect(sends(runTo(dueMs + 1))).toEqual([[1, a]]);
    }
  });

  test('nothing is due while nothing is open, and a settled request is due once at most', () => {
    const { call, up, answer, at, runTo, requester } = setUpReady();
    up(a);
    call(1);
    at.nowMs = 5;
    call(2);
    expect(requester.deadlineMs()).toBe(100);
    answer(a, 1);
    for (const seq of [3, 4, 5]) {
      call(seq);
      answer(a, seq);
    }
    expect(runTo(100)).toEqual([]);
    expect(requester.deadlineMs()).toBe(105);
    answer(a, 2);
    expect(requester.deadlineMs()).toBeUndefined();
  });

  test('resends go to servers without the request first, and to all again afterwards', () => {
    const { call, up, runTo } = setUpReady();
    const busy = 'cccccccccccc';
    for (const address of [a, b, busy]) up(address);
    for (const seq of [1, 2]) call(seq, { pinned: busy });
    const first = sends(call(3));
    const later = sends(runTo(2_000)).filter(([seq]) => seq === 3);
    const asked = [...first, ...later].map(([, to]) => to);
    expect(asked.slice(0, 2).toSorted()).toEqual([a, b]);
    expect(asked[2]).toBe(busy);
    expect([a, b]).toContain(asked[3]);
  });

  test('a held request is resent 200 ms after it was first sent', () => {
    const { call, up, runTo } = setUpReady();
    call(1);
    runTo(1_000);
    up(a);
    expect(sends(runTo(1_199))).toEqual([]);
    expect(sends(runTo(1_200))).toEqual([[1, a]]);
  });
});

describe('choosing a server', () => {
  test('a request goes to the server with the fewest requests in flight', () => {
    const { call, up, answer } = setUpReady();
    up(a);
    call(1);
    call(2);
    up(b);
    expect(sends(call(3))).toEqual([[3, b]]);
    expect(sends(call(4))).toEqual([[4, b]]);
    answer(a, 1);
    answer(a, 2);
    expect(sends(call(5))).toEqual([[5, a]]);
  });

  test('equally busy servers take turns', () => {
    const { call, up, answer } = setUpReady();
    up(a);
    up(b);
    const asked = [1, 2, 3, 4].map((seq) => {
      const [[, to] = [0, '']] = sends(call(seq));
      answer(to, seq);
      return to;
    });
    expect(new Set(asked.slice(0, 2)).size).toBe(2);
    expect(asked.slice(2)).toEqual(asked.slice(0, 2));
  });

  test('a server that refuses does not get the request again, and its refusal is the outcome when no server is left', () => {
    const { call, up, answer } = setUpReady();
    up(a);
    call(1);
    up(b);
    expect(sends(answer(a, 1, failure('overloaded', 'full')))).toEqual([[1, b]]);
    expect(outcomes(answer(b, 1, failure('overloaded', 'full too')))).toEqual([[1, 'overloaded']]);
  });

  test('a server with another version of a contract is last for that contract only', () => {
    const { call, up, answer } = setUpReady();
    up(a);
    call(1);
    up(b);
    answer(a, 1, failure('contract-mismatch', 'another version'));
    answer(b, 1);
    expect(sends(call(2))).toEqual([[2, b]]);
    expect(sends(call(3))).toEqual([[3, b]]);
    expect(sends(call(4, { contract: 'cube' }))).toEqual([[4, a]]);
  });

  test('a refusal by a server that does not know the contract does not settle a request that another server has', () => {
    const { call, up, answer, runTo } = setUpReady();
    up(a);
    call(1, { deadlineMs: 1_000 });
    up(b);
    expect(sends(runTo(300))).toEqual([[1, b]]);
    expect(outcomes(answer(b, 1, failure('unknown-formula', 'never heard of it')))).toEqual([]);
    expect(outcomes(runTo(1_000))).toEqual([[1, 'deadline-exceeded']]);
  });

  test('a server that does not know the contract does not speak for one that listens no more but has the request', () => {
    const { call, up, down, answer } = setUpReady();
    up(a);
    call(1);
    up(b);
    down(a);
    expect(outcomes(answer(b, 1, failure('overloaded', 'full')))).toEqual([]);
    expect(outcomes(answer(a, 1))).toEqual([[1, 1]]);
  });

  test('a request that no listening server knows is held until one comes that does', () => {
    const { call, up, answer } = setUpReady();
    up(a);
    call(1);
    expect(answer(a, 1, failure('unknown-formula', 'never heard of it'))).toEqual([]);
    expect(sends(up(b))).toEqual([[1, b]]);
    expect(outcomes(answer(b, 1))).toEqual([[1, 1]]);
  });

  test('if no server comes that knows the contract, that is the outcome at the deadline', () => {
    const { call, up, answer, runTo } = setUpReady();
    up(a);
    call(1);
    answer(a, 1, failure('contract-mismatch', 'two versions'));
    expect(outcomes(runTo(5_000))).toEqual([[1, 'contract-mismatch']]);
  });

  test('a call that can fall back learns at once that no server knows it', () => {
    const { call, up, answer } = setUpReady();
    up(a);
    call(1, { unheard: 'fail' });
    expect(outcomes(answer(a, 1, failure('unknown-operation', 'no')))).toEqual([[1, 'unknown-operation']]);
  });

  test('a call that can fall back is not sent to a server that is known not to know it', () => {
    const { call, up, answer, handle } = setUpReady();
    up(a);
    const patient = { unheard: 'fail', impatient: false } as const;
    call(1, patient);
    answer(a, 1, failure('contract-mismatch', 'another version'));
    expect(sends(call(2, patient))).toEqual([]);
    expect(outcomes(handle({ type: 'turn-ended' }))).toEqual([[2, 'contract-mismatch']]);
    up(b);
    expect(sends(call(3, patient))).toEqual([[3, b]]);
  });

  test('a call that another server may yet answer waits for it, although the listening one does not know it', () => {
    const { call, up, down, answer, handle, runTo } = setUpReady();
    up(a);
    const patient = { unheard: 'fail', impatient: false } as const;
    call(1, patient);
    answer(a, 1, failure('contract-mismatch', 'another version'));
    up(b);
    expect(sends(call(2, patient))).toEqual([[2, b]]);
    down(b);
    expect(outcomes(handle({ type: 'turn-ended' }))).toEqual([]);
    expect(outcomes(runTo(400))).toEqual([]);
    expect(outcomes(answer(b, 2))).toEqual([[2, 2]]);
  });

  test('a server gets no more at once than its bound, and held requests follow its answers in order', () => {
    const { call, up, answer, requester } = setUpReady({ perServerMax: 2 });
    up(a);
    expect([1, 2, 3, 4, 5].flatMap((seq) => sends(call(seq)))).toEqual([
      [1, a],
      [2, a],
    ]);
    expect(sends(answer(a, 2))).toEqual([[3, a]]);
    expect(sends(up(b))).toEqual([
      [4, b],
      [5, b],
    ]);
    for (const [server, seq] of [
      [a, 1],
      [a, 3],
      [b, 4],
      [b, 5],
    ] as const)
      answer(server, seq);
    expect(requester.counters().open).toBe(0);
  });

  test('requests for one contract take no room from those for another', () => {
    const { call, up } = setUpReady({ perServerMax: 1 });
    up(a);
    call(1, { contract: 'new' });
    expect(sends(call(2))).toEqual([[2, a]]);
    expect(sends(call(3))).toEqual([]);
  });

  test('a request that waits for room goes to a server that is free because it refused a request that another may still answer', () => {
    const { call, up, answer, runTo } = setUpReady({ perServerMax: 1 });
    up(a);
    call(1);
    up(b);
    expect(sends(runTo(250))).toEqual([[1, b]]);
    expect(sends(call(2))).toEqual([[2, a]]);
    expect(sends(call(3))).toEqual([]);
    expect(sends(answer(b, 1, failure('overloaded', 'full')))).toEqual([[3, b]]);
  });

  test('a pinned request goes to its one server and to no other', () => {
    const { call, up, down, answer } = setUpReady();
    up(a);
    expect(sends(call(1, { pinned: b }))).toEqual([]);
    expect(sends(up(b))).toEqual([[1, b]]);
    expect(sends(down(b))).toEqual([]);
    up(b);
    expect(outcomes(answer(b, 1, failure('overloaded', 'full')))).toEqual([[1, 'overloaded']]);
  });
});

describe('passing over', () => {
  /** A has left request 1 unanswered for the answer timeout, although it went to B after 200 ms. */
  function passedOver() {
    const ready = setUpReady();
    ready.up(a);
    ready.call(1, { deadlineMs: 60_000 });
    ready.up(b);
    ready.runTo(2_500);
    ready.answer(b, 1);
    return ready;
  }

  test('a server that left a request unanswered for the answer timeout comes last', () => {
    const { call } = passedOver();
    for (const seq of [2, 3, 4]) expect(sends(call(seq)).map(([, to]) => to)).not.toContain(a);
  });

  test('a server that is passed over gets a copy of one request a second, and its answer ends that', () => {
    const { call, runTo, answer } = passedOver();
    runTo(3_500);
    expect(sends(call(2, { deadlineMs: 60_000 }))).toEqual([
      [2, a],
      [2, b],
    ]);
    expect(sends(call(3, { deadlineMs: 60_000 }))).toEqual([[3, b]]);
    expect(outcomes(answer(a, 2))).toEqual([[2, 2]]);
    expect(sends(call(4, { deadlineMs: 60_000 }))).toEqual([[4, a]]);
  });

  test('a new subscription of a server ends that it is passed over', () => {
    const { call, up, down } = passedOver();
    down(a);
    up(a);
    call(2);
    expect(
      sends(call(3))
        .concat(sends(call(4)))
        .map(([, to]) => to),
    ).toContain(a);
  });

  test('a shorter deadline of the caller does not cause a server to be passed over', () => {
    const { call, up, runTo } = setUpReady();
    up(a);
    call(1, { deadlineMs: 100 });
    runTo(100);
    up(b);
    const asked = [2, 3].map((seq) => sends(call(seq, { deadlineMs: 60_000 }))[0]?.[1]);
    expect(asked).toContain(a);
  });
});

describe('impatient calls', () => {
  const rather = { unheard: 'fail' } as const;

  test('an impatient call fails when no server listens once the turn has ended', () => {
    const { call, handle } = setUpReady();
    expect(call(1, rather)).toEqual([{ type: 'await-turn' }]);
    expect(outcomes(handle({ type: 'turn-ended' }))).toEqual([[1, 'no-listener']]);
  });

  test('an impatient call is sent when a server comes within the turn', () => {
    const { call, up, handle } = setUpReady();
    call(1, rather);
    expect(sends(up(a))).toEqual([[1, a]]);
    expect(handle({ type: 'turn-ended' })).toEqual([]);
  });

  test('an impatient call waits during a failover, because an empty table means nothing then', () => {
    const { call, handle, up } = setUp();
    call(1, rather);
    expect(handle({ type: 'turn-ended' })).toEqual([]);
    handle({ type: 'marker-up', held: 1 });
    expect(handle({ type: 'turn-ended' })).toEqual([]);
    expect(handle({ type: 'confirmed' })).toEqual([{ type: 'await-turn' }]);
    expect(sends(up(a))).toEqual([[1, a]]);
  });

  test('an impatient call in flight fails at once when its only server vanishes', () => {
    const { call, up, down, handle } = setUpReady();
    up(a);
    call(1, rather);
    expect(down(a)).toEqual([{ type: 'await-turn' }]);
    expect(outcomes(handle({ type: 'turn-ended' }))).toEqual([[1, 'no-listener']]);
  });

  test('impatient calls do not wait for servers that are all passed over, but send them one request a second', () => {
    const { call, up, handle, runTo, answer, requester } = setUpReady();
    up(a);
    call(1, { ...rather, deadlineMs: 2_000 });
    runTo(2_000);
    call(2, { ...rather, deadlineMs: 4_000 });
    expect(outcomes(handle({ type: 'turn-ended' }))).toEqual([[2, 'no-listener']]);
    runTo(3_000);
    expect(sends(call(3, { ...rather, deadlineMs: 5_000 }))).toEqual([[3, a]]);
    expect(outcomes(handle({ type: 'turn-ended' }))).toEqual([[3, 'no-listener']]);
    // The server must not consider it settled before it has answered.
    expect(requester.settledBelow()).toBe(3);
    expect(answer(a, 3)).toEqual([]);
    expect(requester.settledBelow()).toBe(4);
    expect(sends(call(4, { ...rather, deadlineMs: 5_000 }))).toEqual([[4, a]]);
  });
});

describe('attempts', () => {
  const attempts = (effects: readonly RequesterEffect<string>[]): unknown[] =>
    effects.flatMap((effect) => (effect.type === 'send' ? [[effect.to, effect.attempt]] : []));

  test('the attempt of a request starts with 1 and counts each sending, to the same server or another', () => {
    const { call, up, down, handle, runTo } = setUpReady();
    up(a);
    expect(attempts(call(1))).toEqual([[a, 1]]);
    expect(attempts(runTo(250))).toEqual([[a, 2]]);
    up(b);
    expect(attempts([...down(a), ...handle({ type: 'turn-ended' })])).toEqual([[b, 3]]);
    expect(attempts(call(2))).toEqual([[b, 1]]);
  });
});
