import { failure } from '@cateto/contracts';
import { describe, expect, test } from 'vitest';
import { a, b, outcomes, route, sends, setUpReady } from './requester.test-support.ts';
import type { BeatInput } from './types.ts';

const deadlineMs = 60_000;

function setUp(...servers: readonly string[]) {
  const ready = setUpReady({ earnedFirst: 2 });
  for (const server of servers) ready.up(server);
  const ask = (seq: number, origin?: string, contract = 'square') => {
    const target = { route, answerRoute: 'calc.square.result.1', contract, unheard: 'hold' } as const;
    const call = { seq, target, work: `work ${seq}`, deadlineMs: ready.at.nowMs + deadlineMs, origin };
    return ready.handle({ type: 'call', call });
  };
  const callMany = (from: number, to: number, origin?: string, contract?: string): [number, string][] => {
    const sent: [number, string][] = [];
    for (let seq = from; seq <= to; seq += 1) sent.push(...sends(ask(seq, origin, contract)));
    return sent;
  };
  const beat = (sender: string, more: Partial<BeatInput>) =>
    ready.handle({ type: 'beat', sender, held: [], silentMs: 0, ...more });
  return { ...ready, ask, callMany, beat };
}

describe('a server', () => {
  test('an unknown server has two requests in flight, and one more for each answer', () => {
    const { callMany, answer } = setUp(a);
    expect(callMany(1, 10).map(([seq]) => seq)).toEqual([1, 2]);
    expect(sends(answer(a, 1)).map(([seq]) => seq)).toEqual([3, 4]);
    expect(sends(answer(a, 2)).map(([seq]) => seq)).toEqual([5, 6]);
  });

  test('a requester sends a server at once as many requests as it announces, up to sixteen', () => {
    const { callMany, beat } = setUp(a);
    callMany(1, 100);
    expect(sends(beat(a, { windows: { square: 3 } }))).toHaveLength(1);
    expect(sends(beat(a, { windows: { square: 1_000 } }))).toHaveLength(0);
    const other = setUp(a);
    other.callMany(1, 100);
    expect(sends(other.beat(a, { windows: { square: 1_000 } }))).toHaveLength(14);
  });

  test('a server never has more requests in flight than its window, however many it has answered', () => {
    const { callMany, beat, answer } = setUp(a);
    callMany(1, 100);
    beat(a, { windows: { square: 2 } });
    for (let seq = 1; seq <= 20; seq += 1) expect(sends(answer(a, seq))).toHaveLength(1);
  });

  test('a server that announces a window of nothing or of everything gets from one to 8,192 requests', () => {
    const { callMany, beat } = setUp(a);
    beat(a, { windows: { square: 0 } });
    expect(callMany(1, 3)).toHaveLength(1);
    expect(sends(beat(a, { windows: { square: 2 ** 53 - 1 } })).length).toBeLessThanOrEqual(16);
  });

  test('a server that fails gets half as many requests', () => {
    const { callMany, beat, answer } = setUp(a);
    beat(a, { windows: { square: 16 } });
    expect(callMany(1, 100)).toHaveLength(16);
    expect(sends(answer(a, 1, failure('internal', 'broken')))).toEqual([]);
    for (let seq = 2; seq <= 8; seq += 1) answer(a, seq, failure('internal', 'broken'));
    // It may have one, and seven wait there.
    expect(sends(answer(a, 9))).toEqual([]);
  });

  test('a server keeps its window and its requests in flight when a broker takes over', () => {
    const { callMany, beat, handle, up, down } = setUp(a);
    beat(a, { windows: { square: 2 } });
    callMany(1, 4);
    handle({ type: 'marker-down', held: 0 });
    down(a);
    up(a);
    const again = sends(handle({ type: 'marker-up', held: 1 })).map(([seq]) => seq);
    expect([again, sends(handle({ type: 'confirmed' }))].flat()).toEqual([1, 2, [1, a], [2, a]]);
  });
});

test('a request that has failed for lack of a listener takes no room at the server that has it', () => {
  const { call, beat, up, down, handle, runTo } = setUp(a, b);
  for (const server of [a, b]) beat(server, { windows: { square: 1 } });
  call(1, { unheard: 'fail', deadlineMs });
  // It was sent to both of them.
  runTo(300);
  for (const server of [a, b]) down(server);
  expect(outcomes(handle({ type: 'turn-ended' }))).toEqual([[1, 'no-listener']]);
  for (const server of [a, b]) up(server);
  const to = [2, 3].flatMap((seq) => sends(call(seq, { deadlineMs }))).map(([, server]) => server);
  expect(to.toSorted()).toEqual([a, b]);
});

describe('a returned request', () => {
  test('a returned request goes to a server with room, before everything that came later', () => {
    const { callMany, beat, up, answer } = setUp(a);
    callMany(1, 5);
    up(b);
    expect(sends(beat(a, { returned: [2, 2] }))).toEqual([]);
    expect(sends(answer(b, 3))).toEqual([
      [2, b],
      [5, b],
    ]);
  });

  test('without another server, a returned request goes back to its server only when that has answered something', () => {
    const { callMany, beat, answer } = setUp(a);
    callMany(1, 3);
    expect(sends(beat(a, { returned: [2, 2] }))).toEqual([]);
    expect(callMany(4, 4)).toEqual([]);
    expect(sends(answer(a, 1)).map(([seq]) => seq)).toEqual([2, 3, 4]);
  });

  test.each([
    ['nothing waits at its server any more', 1],
    ['its server has answered another operation, though more of that waits there', 2],
  ])('a returned request goes back to its server once %s', (_when, squares) => {
    const { callMany, beat, answer } = setUp(a);
    callMany(1, squares);
    callMany(11, 12, undefined, 'multiply');
    expect(sends(beat(a, { returned: [11, 12] }))).toEqual([]);
    expect(sends(answer(a, 1)).map(([seq]) => seq)).toEqual([11, 12]);
  });

  test('a returned request goes back to its server once that announces a window, even if another operation takes long there', () => {
    const { callMany, beat } = setUp(a);
    callMany(1, 1);
    callMany(11, 11, undefined, 'multiply');
    expect(sends(beat(a, { held: [1, 1], returned: [11, 11] }))).toEqual([]);
    expect(sends(beat(a, { held: undefined, windows: { square: 16 } }))).toEqual([[11, a]]);
  });

  test('a returned request stays with its server while a copy is in flight to it', () => {
    const { callMany, beat, up, answer, runTo, at } = setUp(a);
    callMany(1, 2);
    up(b);
    beat(a, { held: [1, 1], silentMs: 2_000 });
    const [[, to] = []] = sends(runTo(at.nowMs + 250));
    expect(to).toBe(a);
    expect(sends(beat(a, { returned: [2, 2] }))).toEqual([]);
    expect(outcomes(answer(a, 2))).toHaveLength(1);
  });

  test('a returned request stays with its server while a copy is in flight to it through the next broker', () => {
    const { callMany, handle, beat, up, down } = setUp(a);
    callMany(1, 2);
    handle({ type: 'marker-down', held: 0 });
    down(a);
    up(b);
    up(a);
    expect(sends(handle({ type: 'marker-up', held: 1 }))).toContainEqual([2, a]);
    beat(a, { returned: [2, 2] });
    expect(sends(handle({ type: 'confirmed' })).filter(([seq]) => seq === 2)).toEqual([[2, a]]);
  });

  test('a returned request stays with its server while a copy is in flight that came back from another server', () => {
    const { callMany, beat, up, runTo, at } = setUp(a);
    callMany(1, 1);
    up(b);
    expect(sends(runTo(200))).toEqual([[1, b]]);
    // The other server is as silent.
    expect(sends(runTo(600))).toEqual([[1, a]]);
    at.nowMs += 50;
    expect(sends(beat(a, { held: undefined, returned: [1, 1] }))).toEqual([]);
  });

  test('a returned request stays with a far server while a copy is in flight to it', () => {
    const { callMany, beat, up, answer, runTo, at } = setUp(a);
    callMany(1, 1);
    runTo(190);
    answer(a, 1);
    callMany(2, 2);
    up(b);
    beat(a, { held: [], silentMs: 2_000 });
    // The only first sign so far took 190 ms, so the next request is resent after 570.
    expect(sends(runTo(800))).toEqual([[2, a]]);
    at.nowMs += 120;
    expect(sends(beat(a, { held: undefined, returned: [2, 2] }))).toEqual([]);
  });

  test('a server that gives a request back does not count as leaving it unanswered', () => {
    const { callMany, beat, up, answer, runTo, at } = setUp(a);
    callMany(1, 2);
    up(b);
    expect(sends(beat(a, { returned: [2, 2] }))).toEqual([[2, b]]);
    answer(a, 1);
    for (let beats = 0; beats < 3; beats += 1) {
      beat(b, { held: [2, 2], silentMs: 3_000 });
      runTo(at.nowMs + 2_500);
    }
    answer(b, 2);
    // No copy goes to a server that was passed over.
    expect(callMany(3, 3)).toHaveLength(1);
  });

  test('a server that gives a request back while a copy of it is in flight does not count as leaving it unanswered', () => {
    const { callMany, beat, up, answer, runTo, at } = setUp(a);
    callMany(1, 2);
    up(b);
    beat(a, { held: [1, 1], silentMs: 300 });
    expect(sends(runTo(at.nowMs + 250))).toEqual([[2, a]]);
    beat(a, { returned: [2, 2] });
    answer(a, 1);
    // The copy did not arrive, and the server has nothing more to say of this requester.
    beat(a, { held: [], silentMs: 300 });
    expect(sends(runTo(at.nowMs + 500))).toContainEqual([2, b]);
    beat(b, { held: [2, 2], silentMs: 2_400 });
    // The request is due to be sent again, and waits for a proof that the brokers forward.
    expect(sends(runTo(at.nowMs + 2_450))).toEqual([]);
    answer(b, 2);
    at.nowMs += 1_000;
    // No copy goes to a server that was passed over.
    expect(callMany(3, 3)).toHaveLength(1);
  });

  test('a returned request does not count among the requests of its server', () => {
    const { callMany, beat, down } = setUp(a);
    callMany(1, 2);
    beat(a, { held: [1, 2], silentMs: 2_000 });
    beat(a, { returned: [2, 2] });
    expect(outcomes(down(a))).toEqual([]);
    expect(sends(beat(a, { held: [1, 1], silentMs: 2_000 }))).toEqual([]);
  });
});

describe('requests that wait for room', () => {
  test('requests of several origins that wait for room take turns, however many each has', () => {
    const { callMany, beat, answer } = setUp(a);
    beat(a, { windows: { square: 1 } });
    callMany(1, 100, 'burst');
    callMany(101, 102, 'paced');
    const order = [1, 2, 3, 4].flatMap((seq) => sends(answer(a, seq)).map(([sent]) => sent));
    expect(order.filter((seq) => seq > 100).length).toBeGreaterThan(0);
  });

  test('one request of an origin that has nothing at a full server is sent to it all the same, and says its origin', () => {
    const { callMany, ask, beat, answer } = setUp(a);
    beat(a, { windows: { square: 1 } });
    callMany(1, 100, 'burst');
    expect(sends(answer(a, 1))).toEqual([[2, a]]);
    expect(ask(101, 'paced')).toMatchObject([{ type: 'send', seq: 101, to: a, origin: 'paced' }]);
    expect(ask(102, 'paced')).toEqual([]);
    expect(ask(103, 'another')).toEqual([]);
  });

  test('requests for a server with a large window do not say their origin, because they do not wait there', () => {
    const { beat, ask } = setUp(a);
    expect(ask(1, 'client')).toMatchObject([{ type: 'send', origin: 'client' }]);
    beat(a, { windows: { square: 8_192 } });
    expect(ask(2, 'client')).toMatchObject([{ type: 'send', origin: undefined }]);
  });

  test('a server that has given back requests of one origin gets a request of another one', () => {
    const { callMany, ask, beat, answer } = setUp(a);
    callMany(1, 100, 'burst');
    beat(a, { windows: { square: 2 } });
    answer(a, 1);
    expect(sends(beat(a, { held: [2, 2], returned: [3, 3] }))).toEqual([]);
    expect(sends(ask(200, 'paced'))).toEqual([[200, a]]);
    expect(sends(beat(a, { held: [2, 2], returned: [200, 200] }))).toEqual([]);
    expect(ask(201, 'paced')).toEqual([]);
  });

  test('a server with few answers gets no more requests than it has earned', () => {
    const { callMany } = setUp(a);
    expect(callMany(1, 10, 'burst')).toHaveLength(2);
    expect(callMany(11, 12, 'paced')).toEqual([]);
  });

  test('origins that wait for room take turns by the cost of their requests', () => {
    const { callMany, beat, answer, at } = setUp(a);
    beat(a, { windows: { square: 1 } });
    const there = [...callMany(1, 1, 'first'), ...callMany(2, 100, 'dear'), ...callMany(101, 200, 'cheap')].map(
      ([seq]) => seq,
    );
    const kindOf = (seq: number): 'dear' | 'cheap' => (seq > 100 ? 'cheap' : 'dear');
    const [served, usedMs] = [
      { dear: 0, cheap: 0 },
      { dear: 0, cheap: 0 },
    ];
    for (let round = 0; round < 66; round += 1) {
      // The server takes turns by cost too.
      const running = there.toSorted((one, other) => usedMs[kindOf(one)] - usedMs[kindOf(other)])[0] ?? 0;
      there.splice(there.indexOf(running), 1);
      const tookMs = running > 100 ? 1 : 10;
      at.nowMs += tookMs;
      usedMs[kindOf(running)] += tookMs;
      served[kindOf(running)] += 1;
      there.push(...sends(answer(a, running)).map(([seq]) => seq));
    }
    // Ten times as many for a tenth of the cost each.
    expect(served.cheap).toBeGreaterThan(6 * served.dear);
  });

  test('requests that would wait for most of their time are refused at once, with a text that says why', () => {
    const { callMany, beat, answer, at, call } = setUp(a);
    beat(a, { windows: { square: 1 } });
    callMany(1, 100);
    for (let seq = 1; seq <= 40; seq += 1) {
      at.nowMs += 50;
      answer(a, seq);
    }
    const refused = call(101, { deadlineMs: at.nowMs + 1_000 });
    expect(refused).toMatchObject([
      { type: 'settle', outcome: { code: 'overloaded', message: expect.stringMatching(/^59 requests wait for/) } },
    ]);
    expect(call(102, { deadlineMs: at.nowMs + 10_000 })).toEqual([]);
  });

  test('after no server was there, no request is refused for its wait until five seconds after the first answer', () => {
    const { callMany, beat, answer, at, call, up, down } = setUp(a);
    beat(a, { windows: { square: 1 } });
    callMany(1, 400);
    const answerFor = (ms: number): void => {
      for (const endMs = at.nowMs + ms; at.nowMs < endMs;) {
        at.nowMs += 50;
        next += 1;
        answer(a, next);
      }
    };
    let next = 0;
    answerFor(5_000);
    const refused = () => outcomes(call(1_000 + at.nowMs, { deadlineMs: at.nowMs + 5_000 })).map(([, code]) => code);
    expect(refused()).toEqual(['overloaded']);
    down(a);
    at.nowMs += 9_000;
    up(a);
    beat(a, { windows: { square: 1 } });
    answerFor(4_500);
    expect(refused()).toEqual([]);
    answerFor(1_000);
    expect(refused()).toEqual(['overloaded']);
  });

  test('servers are not new because no request has waited for a while', () => {
    const { callMany, beat, answer, at, call, up } = setUp(a);
    beat(a, { windows: { square: 1 } });
    callMany(1, 3);
    for (const seq of [1, 2, 3]) answer(a, seq);
    // Whatever waits is offered to it, and nothing does.
    up(b, 'calc.square.request.2');
    callMany(101, 300);
    for (let seq = 101; seq <= 130; seq += 1) {
      at.nowMs += 50;
      answer(a, seq);
    }
    expect(outcomes(call(999, { deadlineMs: at.nowMs + 5_000 }))).toEqual([[999, 'overloaded']]);
  });

  test('requests are not sent when less time is left than a run takes', () => {
    const { beat, answer, at, call } = setUp(a);
    beat(a, { windows: { square: 1 } });
    call(1, { deadlineMs });
    call(2, { deadlineMs });
    call(3, { deadlineMs: 2_050 });
    at.nowMs = 1_000;
    answer(a, 1);
    at.nowMs = 2_000;
    expect(outcomes(answer(a, 2))).toEqual([
      [2, 2],
      [3, 'overloaded'],
    ]);
  });

  test('requests that wait for room hold up none on another lane of the same operation', () => {
    const { beat, callMany, call, up } = setUp(a);
    beat(a, { windows: { square: 1 } });
    callMany(1, 3);
    up(b, 'calc.square.request.2');
    const other = { route: 'calc.square.request.2', answerRoute: 'calc.square.result.2', deadlineMs };
    expect(sends(call(4, other))).toEqual([[4, b]]);
  });
});
