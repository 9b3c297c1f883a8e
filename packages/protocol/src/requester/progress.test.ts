import { expect, test } from 'vitest';
import { a, b, setUpReady } from './requester.test-support.ts';

/** Two requests in flight, one at each of two servers. */
function setUp() {
  const { call, handle, up, ...rest } = setUpReady();
  up(a);
  up(b);
  const holders = [1, 2].map((seq) => {
    const [sent] = call(seq);
    return sent?.type === 'send' ? sent.to : '';
  });
  const hear = (sender: string, progress: readonly number[]) =>
    handle({ type: 'beat', sender, held: [1, 2], silentMs: 2_000, progress }).filter(({ type }) => type === 'progress');
  return { ...rest, first: holders[0] ?? '', second: holders[1] ?? '', hear };
}

test('a beat reports the progress of its server’s requests', () => {
  const { hear, first, second } = setUp();
  expect(hear(first, [1, 0.5])).toEqual([{ type: 'progress', seq: 1, work: 'work 1', share: 0.5 }]);
  expect(hear(second, [2, 1])).toEqual([{ type: 'progress', seq: 2, work: 'work 2', share: 1 }]);
});

test('progress of other servers’ requests, of unknown requests, and invalid progress is ignored', () => {
  const { hear, first, second } = setUp();
  expect(hear(second, [1, 0.5])).toEqual([]);
  expect(hear(first, [7, 0.5, 1, 1.5, 1])).toEqual([]);
});

test('progress of a settled request is ignored', () => {
  const { hear, first, answer } = setUp();
  answer(first, 1);
  expect(hear(first, [1, 0.5])).toEqual([]);
});
