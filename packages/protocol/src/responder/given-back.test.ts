import { limits } from '@cateto/contracts';
import { expect, test } from 'vitest';
import { a, b, requestOf, setUp } from './asking.test-support.ts';
import type { RunEffect } from './types.ts';

/** Requests with these seqs, none of which has begun. */
function waiting(...asked: readonly (readonly [sender: string, seqs: readonly number[]])[]) {
  const { handle, ask, beats } = setUp();
  const runs = asked.flatMap(([sender, seqs]) =>
    ask(
      seqs.map((seq) => requestOf(seq)),
      sender,
    ).filter((effect): effect is RunEffect<string> => effect.type === 'run'),
  );
  const look = (): number[] =>
    handle({ type: 'waits-long', runs, waiting: runs }).flatMap((effect) =>
      effect.type === 'returned' ? [effect.run.seq] : [],
    );
  return { look, beats };
}

test('the server gives back all but the oldest request of each requester', () => {
  const { look, beats } = waiting([a, [1, 2, 3]], [b, [7]]);
  expect(look()).toEqual([2, 3]);
  expect(beats.map(({ to, held, returned }) => [to, held, returned])).toEqual([[a, undefined, [2, 3]]]);
  expect(look()).toEqual([]);
});

test('beats name every request that the server gives back, however many there are', () => {
  const seqs = Array.from({ length: limits.beatRangesMax + 100 }, (_, index) => 2 * index + 1);
  const { look, beats } = waiting([a, seqs]);
  const returned = look();
  expect(returned).toEqual(seqs.slice(1));
  expect(beats.map((beat) => beat.returned?.length)).toEqual([2 * limits.beatRangesMax, 2 * 99]);
  expect(beats.flatMap((beat) => beat.returned)).toEqual(returned.flatMap((seq) => [seq, seq]));
});

test('a new request of another origin stays for 200 ms beside the request whose turn is next', () => {
  const { handle, ask, at } = setUp();
  const begun = (seq: number, origin: string): RunEffect<string> => {
    const run = ask([{ ...requestOf(seq), origin }]).find((effect) => effect.type === 'run');
    if (run === undefined) throw new Error(`request ${seq} did not run`);
    return run;
  };
  const [burst, paced] = [begun(1, 'burst'), begun(2, 'paced')];
  const look = (): number[] =>
    handle({ type: 'waits-long', runs: [burst, paced], waiting: [paced, burst] }).flatMap((effect) =>
      effect.type === 'returned' ? [effect.run.seq] : [],
    );
  at.nowMs += 150;
  expect(look()).toEqual([]);
  at.nowMs += 100;
  expect(look()).toEqual([1]);
});
