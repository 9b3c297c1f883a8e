import { limits } from '@cateto/contracts';
import { describe, expect, test } from 'vitest';
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

describe('after the event loop was blocked', () => {
  const setUpBlocked = () => {
    const all = setUp();
    const arrive = (seqs: readonly number[], sender: string): RunEffect<string>[] => {
      const asked = all.ask(
        seqs.map((seq) => requestOf(seq, { ttlMs: 600_000 })),
        sender,
      );
      return asked.filter((effect): effect is RunEffect<string> => effect.type === 'run');
    };
    /** The loop was blocked from 0 until now. */
    const returned = (runs: readonly RunEffect<string>[]): number[] =>
      all
        .handle({ type: 'was-blocked', sinceMs: 0, waiting: runs })
        .flatMap((effect) => (effect.type === 'returned' ? [effect.run.seq] : []));
    return { ...all, arrive, returned };
  };

  test('every request goes back whose requester was not told, because it may be at another server by now', () => {
    const { arrive, returned, handle, beats, at, answer } = setUpBlocked();
    arrive([1], a);
    handle({ type: 'announce', silentMs: 3_000 });
    at.nowMs += 3_000;
    answer(1, a);
    const told = arrive([2], a);
    const untold = arrive([7, 9], b);
    expect(returned([...told, ...untold])).toEqual([7, 9]);
    expect(beats.at(-1)).toEqual({ type: 'beat', to: b, held: undefined, silentMs: 0, returned: [7, 7, 9, 9] });
    // It runs when it comes again.
    expect(arrive([7], b)).toHaveLength(1);
  });

  test('a request goes back that arrived between the announcement and the begin of the handler', () => {
    const { arrive, returned, handle, at, answer, beats } = setUpBlocked();
    arrive([1], a);
    handle({ type: 'announce', silentMs: 3_000 });
    const untold = arrive([7], b);
    at.nowMs += 3_000;
    // With this answer a beat names the request, too late.
    answer(1, a);
    expect(beats.at(-1)).toMatchObject({ to: b, held: [7, 7] });
    expect(returned(untold)).toEqual([7]);
  });

  test('requests stay whose requester was told long before, and has heard since that nothing is held', () => {
    const { arrive, returned, handle, at, answer } = setUpBlocked();
    arrive([1], a);
    arrive([7], b);
    handle({ type: 'announce', silentMs: 3_000 });
    at.nowMs += 1;
    answer(7, b);
    at.nowMs += 2_999;
    // With this answer, the last beat to the other requester is due.
    answer(1, a);
    expect(returned(arrive([8], b))).toEqual([]);
  });

  test('requests go back whose requester was told of a shorter silence', () => {
    const { arrive, returned, handle, at, answer } = setUpBlocked();
    arrive([1], a);
    handle({ type: 'announce', silentMs: 1_000 });
    at.nowMs += 3_000;
    answer(1, a);
    expect(returned(arrive([2], a))).toEqual([2]);
  });
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
