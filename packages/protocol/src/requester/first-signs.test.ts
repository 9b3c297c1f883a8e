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
  'a request to a far server moves to another one after twice the time of a first sign, an %s',
  (by) => {
    const { call, runTo, at } = setUp(550, by);
    const startMs = at.nowMs;
    const [[, first]] = sends(call(3, { deadlineMs: 60_000 })) as [[number, string]];
    expect(sends(runTo(startMs + 1_099))).toEqual([]);
    expect(sends(runTo(startMs + 1_100))).toEqual([[3, first === a ? b : a]]);
  },
);
