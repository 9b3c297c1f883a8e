import { expect, test } from 'vitest';
import { sends, setUpReady } from './requester.test-support.ts';

const [a, b] = ['aaaaaaaaaaaa', 'bbbbbbbbbbbb'] as const;

/** Two servers that have answered, or named, their first requests after this time. */
function setUp(signMs: number, by: 'answer' | 'beat') {
  const all = setUpReady();
  const { call, up, handle, at, runTo } = all;
  up(a);
  up(b);
  const sent = [...sends(call(1)), ...sends(call(2))];
  // Hellos take as long as requests.
  at.forwards = false;
  expect(sends(runTo(signMs))).toEqual([]);
  at.forwards = true;
  for (const [seq, to] of sent) {
    if (by === 'beat') handle({ type: 'beat', sender: to, held: [seq, seq], silentMs: 0 });
    all.answer(to, seq);
  }
  return all;
}

test('a request to a near server moves to another one when 200 ms have passed without a sign', () => {
  const { call, runTo, at } = setUp(60, 'beat');
  const startMs = at.nowMs;
  const [[, first]] = sends(call(3)) as [[number, string]];
  expect(sends(runTo(startMs + 200))).toEqual([[3, first === a ? b : a]]);
});

test.for(['answer', 'beat'] as const)(
  'a request to a far server moves to another one after three times the time of its only first sign, an %s',
  (by) => {
    const { call, runTo, at } = setUp(550, by);
    const startMs = at.nowMs;
    const [[, first]] = sends(call(3, { deadlineMs: 60_000 })) as [[number, string]];
    expect(sends(runTo(startMs + 1_649))).toEqual([]);
    expect(sends(runTo(startMs + 1_650))).toEqual([[3, first === a ? b : a]]);
  },
);

/** One server, whose first signs took so long, one after the other. */
function setUpTimes(signsMs: readonly number[]) {
  const all = setUpReady();
  all.up(a);
  signsMs.forEach((ms, index) => {
    all.call(index + 1, { deadlineMs: 60_000 });
    all.runTo(all.at.nowMs + ms);
    all.answer(a, index + 1);
  });
  return all;
}

test('the wait is the mean time until a first sign with four times its mean deviation, at least 200 ms', () => {
  // 400 and 200 after the first; the second deviates by 160, so the mean is 420 and the deviation 190.
  const { call, runTo, at } = setUpTimes([400, 560]);
  const startMs = at.nowMs;
  call(3, { deadlineMs: 60_000 });
  expect(sends(runTo(startMs + 1_179))).toEqual([]);
  expect(sends(runTo(startMs + 1_180))).toEqual([[3, a]]);
  const near = setUpTimes([1]);
  near.call(2);
  expect(sends(near.runTo(201))).toEqual([[2, a]]);
});

test('the time of a request that was resent because of silence counts', () => {
  // Resent after 200 ms. The wait is 1,500 then, three times its only first sign.
  const { call, runTo, at } = setUpTimes([500]);
  call(2, { deadlineMs: 60_000 });
  expect(sends(runTo(500 + 1_499))).toEqual([]);
  expect(sends(runTo(500 + 1_500))).toEqual([[2, a]]);
  expect(at.nowMs).toBe(2_000);
});

test('the time of a request that was resent by a new broker does not count', () => {
  const { call, runTo, answer, handle } = setUpReady();
  handle({ type: 'listener-up', route: 'calc.square.request.1', address: a });
  call(1);
  runTo(90);
  handle({ type: 'marker-up', held: 1 });
  runTo(150);
  answer(a, 1);
  call(2);
  expect(sends(runTo(350))).toEqual([[2, a]]);
});

test('requests are not resent while first signs of earlier requests arrive', () => {
  const { call, up, runTo, answer, at } = setUpReady();
  up(a);
  for (const seq of [1, 2, 3, 4]) call(seq, { deadlineMs: 60_000 });
  for (const seq of [1, 2, 3]) {
    expect(sends(runTo(at.nowMs + 150))).toEqual([]);
    answer(a, seq);
  }
  // The last one is alone. 200 ms after the last sign it counts as lost.
  expect(sends(runTo(649))).toEqual([]);
  expect(sends(runTo(650))).toEqual([[4, a]]);
});

test('signs of later requests do not keep a lost request from being resent', () => {
  const { call, up, runTo, answer, at } = setUpReady();
  up(a);
  call(1);
  for (const seq of [2, 3]) {
    runTo(at.nowMs + 30);
    call(seq);
    runTo(at.nowMs + 10);
    answer(a, seq);
  }
  expect(sends(runTo(199))).toEqual([]);
  expect(sends(runTo(200))).toEqual([[1, a]]);
});

test('the wait is 2 s at most, whatever made first signs late', () => {
  const { call, runTo, at } = setUpTimes([10_000, 10_000]);
  const startMs = at.nowMs;
  call(3, { deadlineMs: 60_000 });
  expect(sends(runTo(startMs + 1_999))).toEqual([]);
  expect(sends(runTo(startMs + 2_000))).toEqual([[3, a]]);
});

test('a request that moves to another server does not wait there as long as at a slow one', () => {
  const { call, up, runTo, at } = setUpTimes([10_000, 10_000]);
  const startMs = at.nowMs;
  call(3, { deadlineMs: 60_000 });
  up(b);
  expect(sends(runTo(startMs + 2_000))).toEqual([[3, b]]);
  expect(sends(runTo(startMs + 2_999))).toEqual([]);
  expect(sends(runTo(startMs + 3_000))).toEqual([[3, a]]);
});

test('a request does not move by a proof from before the last sign, because the broker may stand still since then', () => {
  const { call, up, runTo, answer, at } = setUpReady();
  up(a);
  call(1, { deadlineMs: 60_000 });
  runTo(10);
  call(2, { deadlineMs: 60_000 });
  up(b);
  expect(sends(runTo(150))).toEqual([]);
  answer(a, 1);
  at.forwards = false;
  expect(sends(runTo(2_000))).toEqual([]);
});
