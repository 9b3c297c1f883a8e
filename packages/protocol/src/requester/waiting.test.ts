import { failure } from '@cateto/contracts';
import { describe, expect, test } from 'vitest';
import { a, answerRoute, b, outcomes, route, sends, setUpReady } from './requester.test-support.ts';
import type { BeatInput, Target } from './types.ts';

const other = 'calc.cube.request.1';
const cube = { route: other, answerRoute: 'calc.cube.result.1', contract: 'cube' };

function setUp(...servers: readonly string[]) {
  const ready = setUpReady({ earnedFirst: 2 });
  for (const server of servers) {
    ready.up(server);
    ready.up(server, other);
  }
  const call = (seq: number, { origin, timeoutMs = 60_000, ...more }: CallGiven = {}) => {
    const target: Target = { route, answerRoute, contract: 'square', unheard: 'hold', ...more };
    const work = `work ${seq}`;
    return sends(
      ready.handle({ type: 'call', call: { seq, target, work, deadlineMs: ready.at.nowMs + timeoutMs, origin } }),
    );
  };
  const beat = (sender: string, more: Partial<BeatInput>) =>
    sends(ready.handle({ type: 'beat', sender, held: undefined, silentMs: 0, ...more }));
  const cubed = (sender: string, seq: number) =>
    sends(
      ready.handle({
        type: 'results',
        sender,
        answerRoute: cube.answerRoute,
        results: [{ seq, outcome: { value: seq, fallbacks: [] } }],
      }),
    );
  const squared = (sender: string, seq: number, outcome?: Parameters<typeof ready.answer>[2]) =>
    sends(ready.answer(sender, seq, outcome));
  return { ...ready, call, beat, cubed, squared };
}

type CallGiven = Partial<Target> & { readonly origin?: string; readonly timeoutMs?: number };

describe('a returned request', () => {
  test('a returned request goes to the same server again when that has answered all its requests, of whatever contract', () => {
    const { call, beat, squared } = setUp(a);
    call(1);
    call(2, cube);
    expect(beat(a, { returned: [2, 2] })).toEqual([]);
    expect(squared(a, 1)).toEqual([[2, a]]);
  });

  test('a returned request goes to the same server again when that has answered anything, even if it always has other work', () => {
    const { call, beat, squared } = setUp(a);
    call(1);
    call(2, cube);
    call(3);
    beat(a, { returned: [2, 2] });
    expect(squared(a, 1)).toEqual([[2, a]]);
  });
});

test('a server that gives a request back while its repetition may be in flight is not passed over for its silence', () => {
  const { call, up, handle, runTo, at } = setUp(a);
  call(1);
  // Another server blocks for long, and says so.
  handle({ type: 'beat', sender: a, held: [], silentMs: 1_600 });
  expect(sends(runTo(1_405))).toEqual([
    [1, a],
    [1, a],
    [1, a],
  ]);
  handle({ type: 'beat', sender: a, held: undefined, silentMs: 0, returned: [1, 1] });
  up(b);
  at.nowMs = 2_100;
  runTo(2_500);
  const firsts = [2, 3, 4, 5].map((seq) => call(seq)[0]?.[1]);
  expect(firsts.filter((server) => server === a)).toHaveLength(1);
});

describe('a request that a server has refused', () => {
  const full = failure('overloaded', 'full');

  test('a refused request takes its turn before those that came later', () => {
    const { call, beat, squared } = setUp(a, b);
    beat(a, { windows: { square: 1 } });
    beat(b, { windows: { square: 1 } });
    const [first, second] = [...call(1), ...call(2)];
    for (let seq = 3; seq <= 10; seq += 1) call(seq);
    const idle = second?.[1] ?? b;
    // The refused request waits for the other server, and the next one goes to the server with room.
    expect(squared(first?.[1] ?? a, 1, full)).toEqual([[3, first?.[1]]]);
    expect(squared(idle, 2)).toEqual([[1, idle]]);
  });

  test('a refused request is not overtaken by new calls, however many come', () => {
    const { call, beat, squared } = setUp(a, b);
    beat(a, { windows: { square: 1 } });
    beat(b, { windows: { square: 1 } });
    const sent = new Map([...call(1), ...call(2)]);
    call(3);
    const refuser = sent.get(1) ?? a;
    const idle = sent.get(2) ?? b;
    squared(refuser, 1, full);
    call(4);
    expect(squared(idle, 2)).toEqual([[1, idle]]);
  });

  test('with any number of refused requests, an answer does not cost a check of all of them', () => {
    const { call, beat, squared } = setUp(a, b);
    beat(a, { windows: { square: 8_192 } });
    beat(b, { windows: { square: 1 } });
    const count = 20_000;
    for (let seq = 1; seq <= count; seq += 1) call(seq);
    const startMs = performance.now();
    // Server a refuses everything.
    for (let seq = 1; seq <= count; seq += 1) squared(a, seq, full);
    for (let seq = 1; seq <= count; seq += 1) squared(b, seq);
    expect(performance.now() - startMs).toBeLessThan(20_000);
  });
});

describe('turns of origins', () => {
  test('origins take turns by the cost of their requests, even if one of them has only one waiting request at a time', () => {
    const { call, beat, squared, at } = setUp(a);
    beat(a, { windows: { square: 1 } });
    call(1, { origin: 'first' });
    for (let seq = 2; seq <= 400; seq += 1) call(seq, { origin: 'cheap' });
    let dear = 1_000;
    call(dear, { origin: 'dear' });
    let running = 1;
    const servedMs = { dear: 0, cheap: 0 };
    for (let round = 0; round < 200; round += 1) {
      const isDear = running >= 1_000;
      const tookMs = isDear ? 100 : 1;
      at.nowMs += tookMs;
      servedMs[isDear ? 'dear' : 'cheap'] += tookMs;
      const next = squared(a, running)[0]?.[0] ?? 0;
      if (isDear) {
        dear += 1;
        call(dear, { origin: 'dear' });
      }
      running = next;
    }
    expect(servedMs.dear).toBeLessThan(3 * servedMs.cheap);
  });
});

describe('refusals for lack of time', () => {
  test('a call is not refused for lack of time because nothing moved while there was no broker', () => {
    const { call, beat, squared, at, handle, up } = setUp(a);
    beat(a, { windows: { square: 1 } });
    for (let seq = 1; seq <= 200; seq += 1) call(seq);
    for (let seq = 1; seq <= 40; seq += 1) {
      at.nowMs += 1;
      squared(a, seq);
    }
    handle({ type: 'marker-down', held: 0 });
    handle({ type: 'listener-down', route, address: a });
    at.nowMs += 3_000;
    handle({ type: 'marker-up', held: 1 });
    up(a);
    handle({ type: 'confirmed' });
    for (let seq = 41; seq <= 50; seq += 1) {
      at.nowMs += 1;
      squared(a, seq);
    }
    const effects = handle({
      type: 'call',
      call: {
        seq: 201,
        target: { route, answerRoute, contract: 'square', unheard: 'hold' },
        work: '',
        deadlineMs: at.nowMs + 1_000,
      },
    });
    expect(effects).toEqual([]);
  });

  test('a call with more time than its own run takes is not refused because other runs take long', () => {
    const { call, beat, squared, at } = setUp(a);
    beat(a, { windows: { square: 1 } });
    for (let seq = 1; seq <= 100; seq += 1) call(seq, { timeoutMs: 1_000_000 });
    let running = 1;
    for (let round = 0; round < 30; round += 1) {
      at.nowMs += round % 2 === 0 ? 5_000 : 1;
      running = squared(a, running)[0]?.[0] ?? 0;
    }
    expect(call(999, { origin: 'another' })).toEqual([[999, a]]);
    expect(call(1_000, { origin: 'quick', timeoutMs: 8_000 })).toEqual([]);
    at.nowMs += 6_500;
    expect(squared(a, running)).toEqual([[1_000, a]]);
  });
});

describe('a server that gives back everything', () => {
  test('a server that gives back all its requests again and again comes last, so that the requests go to others', () => {
    const { call, beat, squared } = setUp(a, b);
    beat(a, { windows: { square: 1 } });
    beat(b, { windows: { square: 1 } });
    const sent = [...call(1), ...call(2)];
    const good = sent.find(([, to]) => to === b)?.[0] ?? 0;
    let bounced = sent.find(([, to]) => to === a)?.[0];
    let bounces = 0;
    for (; bounced !== undefined && bounces < 100; bounces += 1) {
      bounced = beat(a, { windows: { square: 1 }, returned: [bounced, bounced] }).find(([, to]) => to === a)?.[0];
    }
    expect(bounces).toBeLessThanOrEqual(3);
    expect(squared(b, good)).toEqual([[good === 1 ? 2 : 1, b]]);
  });

  test('a server that gives back everything is probed with a request of its own, not with a copy', () => {
    const { call, beat, squared, at } = setUp(a, b);
    beat(a, { windows: { square: 1 } });
    beat(b, { windows: { square: 1 } });
    const sent = [...call(1), ...call(2)];
    const good = sent.find(([, to]) => to === b)?.[0] ?? 0;
    let bounced = sent.find(([, to]) => to === a)?.[0];
    while (bounced !== undefined) {
      bounced = beat(a, { windows: { square: 1 }, returned: [bounced, bounced] }).find(([, to]) => to === a)?.[0];
    }
    squared(b, good);
    squared(b, good === 1 ? 2 : 1);
    at.nowMs += 1_100;
    expect(call(3)).toEqual([[3, a]]);
    expect(call(4)).toEqual([[4, b]]);
  });
});

test('calls of several origins fail in the same turn when no server listens', () => {
  const { handle, at } = setUpReady();
  const target: Target = { route, answerRoute, contract: 'square', unheard: 'fail', impatient: true };
  for (const [seq, origin] of [
    [1, 'one client'],
    [2, 'another client'],
    [3, 'one client'],
  ] as const) {
    handle({ type: 'call', call: { seq, target, work: `work ${seq}`, deadlineMs: at.nowMs + 60_000, origin } });
  }
  expect(outcomes(handle({ type: 'turn-ended' }))).toEqual([
    [1, 'no-listener'],
    [2, 'no-listener'],
    [3, 'no-listener'],
  ]);
});
