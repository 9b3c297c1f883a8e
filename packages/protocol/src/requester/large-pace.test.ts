import { expect, test } from 'vitest';
import { a, b, sends, seqsOf, setUpReady } from './requester.test-support.ts';

const pacedBytesMax = 1_000;

interface Sizes {
  readonly bytes?: number;
  readonly answerBytes?: number;
}

function setUp(...servers: readonly string[]) {
  const ready = setUpReady({ pacedBytesMax, random: () => 0.9 });
  for (const server of servers) ready.up(server);
  function ask(seq: number, sizes: Sizes = {}, origin?: string, timeoutMs = 60_000): number[] {
    return seqsOf(sends(ready.call(seq, { deadlineMs: ready.at.nowMs + timeoutMs, origin, ...sizes })));
  }
  return { ...ready, ask, sentTo: (untilMs: number): number[] => seqsOf(sends(ready.runTo(untilMs))) };
}

test('large requests beyond the pace are sent when others are answered, or 100 ms after others were sent', () => {
  const { ask, answer, sentTo } = setUp(a);
  expect([1, 2, 3, 4, 5].flatMap((seq) => ask(seq, { bytes: 400 }))).toEqual([1, 2]);
  expect(sentTo(20)).toEqual([]);
  expect(seqsOf(sends(answer(a, 1)))).toEqual([3]);
  expect(sentTo(99)).toEqual([]);
  expect(sentTo(100)).toEqual([4]);
  expect(sentTo(119)).toEqual([]);
  expect(sentTo(120)).toEqual([5]);
});

test('a request counts as much as its values or its expected answer, whichever are larger', () => {
  const { ask, answer } = setUp(a);
  expect([1, 2, 3].flatMap((seq) => ask(seq, { answerBytes: 400 }))).toEqual([1, 2]);
  expect(ask(4, { bytes: 10, answerBytes: 300 })).toEqual([]);
  expect(ask(5, { bytes: 310, answerBytes: 10 })).toEqual([]);
  expect(seqsOf(sends(answer(a, 1)))).toEqual([3]);
  expect(seqsOf(sends(answer(a, 2)))).toEqual([4]);
  expect(seqsOf(sends(answer(a, 3)))).toEqual([5]);
});

test('expected answers do not count towards the bytes in flight, however many requests are computed', () => {
  const { ask, sentTo, handle } = setUp(a);
  const beat = (last: number) => handle({ type: 'beat', sender: a, held: [1, last], silentMs: 2_000 });
  expect([1, 2, 3].flatMap((seq) => ask(seq, { answerBytes: 10_000_000 }))).toEqual([1]);
  beat(1);
  expect(sentTo(110)).toEqual([2]);
  beat(2);
  expect(sentTo(220)).toEqual([3]);
});

test('small requests pass large ones that wait for the pace', () => {
  const { ask } = setUp(a);
  expect([1, 2].flatMap((seq) => ask(seq, { bytes: 900 }))).toEqual([1]);
  expect(ask(3)).toEqual([3]);
});

test('a request that is larger than the pace is sent alone', () => {
  const { ask, answer } = setUp(a);
  expect([1, 2].flatMap((seq) => ask(seq, { bytes: 5_000 }))).toEqual([1]);
  expect(seqsOf(sends(answer(a, 1)))).toEqual([2]);
});

test('large requests that one server may not have yet go to another one', () => {
  const { ask } = setUp(a, b);
  expect([1, 2, 3].flatMap((seq) => ask(seq, { bytes: 900 }))).toEqual([1, 2]);
});

test('a request that moves to another server waits for no pace there, counts there, and not where it was', () => {
  const { call, up, down, at } = setUp(a);
  const ask = (seq: number): [number, string][] => sends(call(seq, { deadlineMs: 60_000, bytes: 900 }));
  expect([ask(1), ask(2)]).toEqual([[[1, a]], []]);
  down(a);
  at.nowMs = 10;
  const moved = [1, 2].map((seq) => [seq, b] as const);
  expect(new Map(sends(up(b)))).toEqual(new Map(moved));
  expect(ask(3)).toEqual([]);
  expect(sends(up(a))).toEqual([[3, a]]);
});

test('a request that was sent long enough ago does not count when the next one is called', () => {
  const { ask, at } = setUp(a);
  expect(ask(1, { bytes: 900 })).toEqual([1]);
  at.nowMs = 110;
  expect(ask(2, { bytes: 900 })).toEqual([2]);
});

test('a small request passes large ones of its contract that wait, however slowly these are answered', () => {
  const { ask, answer, sentTo, at } = setUp(a);
  const sent = Array.from({ length: 200 }, (_, index) => ask(1 + index, { bytes: 400 })).flat();
  for (let ms = 40; ms <= 1_600; ms += 40) {
    sent.push(...sentTo(ms));
    sent.push(...seqsOf(sends(answer(a, sent.shift() ?? 0))));
  }
  at.nowMs += 1;
  expect(ask(9_000, {}, undefined, 3_000)).toEqual([9_000]);
});

test('of two contracts whose large requests wait, each gets its turn', () => {
  const { ask, call, up, sentTo, answer } = setUp(a);
  const cube = { route: 'calc.cube.request.1', answerRoute: 'calc.cube.result.1', contract: 'cube' };
  up(a, cube.route);
  const squares = Array.from({ length: 100 }, (_, index) => ask(1 + index, { bytes: 500 })).flat();
  call(1_000, { ...cube, deadlineMs: 60_000, bytes: 10 });
  const after: number[] = [];
  for (let ms = 30; ms <= 300; ms += 30) {
    after.push(...sentTo(ms));
    after.push(...seqsOf(sends(answer(a, squares.shift() ?? after.find((seq) => seq < 1_000) ?? 0))));
  }
  expect(after).toContain(1_000);
});

test('the origin whose turn it is does not exceed the pace', () => {
  const { ask, handle } = setUp(a);
  handle({ type: 'beat', sender: a, held: [], silentMs: 0, windows: { square: 1 } });
  expect(ask(1, { bytes: 900 }, 'one')).toEqual([1]);
  expect(ask(2, { bytes: 900 }, 'two')).toEqual([]);
});

test('nothing wakes a requester for the pace of requests that nothing waits behind', () => {
  const { ask, answer, requester } = setUp(a);
  ask(1, { bytes: 900 });
  const dueMs = requester.deadlineMs() ?? 0;
  ask(2, { bytes: 900 });
  expect(requester.deadlineMs()).toBe(100);
  answer(a, 1);
  answer(a, 2);
  expect(dueMs).toBeGreaterThan(100);
  expect(requester.deadlineMs()).toBeUndefined();
});

test('requests that take a server long are not paced, until one is quick again', () => {
  const { ask, answer, at } = setUp(a);
  expect(ask(1, { bytes: 900 })).toEqual([1]);
  at.nowMs = 100;
  answer(a, 1);
  expect([2, 3, 4].flatMap((seq) => ask(seq, { bytes: 900 }))).toEqual([2, 3, 4]);
  at.nowMs = 199;
  answer(a, 2);
  expect(ask(5, { bytes: 900 })).toEqual([]);
});

test.each([
  [29_000, []],
  [31_000, [2, 3]],
])('after %d ms in which no request was quick, the server gets %j', (ms, sent) => {
  const { ask, answer, at } = setUp(a);
  let seq = 10;
  function took(tookMs: number): void {
    seq += 1;
    ask(seq, { bytes: 10 });
    at.nowMs += tookMs;
    answer(a, seq);
  }
  took(50);
  while (at.nowMs < ms) took(500);
  expect([1, 2, 3].flatMap((nth) => ask(nth, { bytes: 900 })).slice(1)).toEqual(sent);
});
