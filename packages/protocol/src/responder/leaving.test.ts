import { describe, expect, test } from 'vitest';
import { a, b, published, ran, requestOf, setUp } from './asking.test-support.ts';
import type { ResponderEffect, RunEffect } from './types.ts';

function runsOf(effects: readonly ResponderEffect<string>[]): RunEffect<string>[] {
  return effects.filter((effect): effect is RunEffect<string> => effect.type === 'run');
}

function returnedOf(effects: readonly ResponderEffect<string>[]): number[] {
  return effects.flatMap((effect) => (effect.type === 'returned' ? [effect.run.seq] : []));
}

describe('a server that drains', () => {
  test('a draining server gives back all requests that have not begun, and answers those that have', () => {
    const { handle, ask, answer, beats } = setUp();
    const [, second] = runsOf(ask([requestOf(1), requestOf(2)]));
    const [only] = runsOf(ask([requestOf(7)], b));
    handle({ type: 'drain' });
    const runs = [second, only].flatMap((run) => run ?? []);
    expect(returnedOf(handle({ type: 'let-go', runs }))).toEqual([2, 7]);
    expect(beats.map(({ to, held, returned }) => [to, held, returned])).toEqual([
      [a, undefined, [2, 2]],
      [b, undefined, [7, 7]],
    ]);
    const effects = answer(1);
    expect(published(effects)).toEqual([[a, expect.any(String), [[1, 1]]]]);
    expect(effects.at(-1)).toEqual({ type: 'drained' });
  });

  test('a draining server gives back running requests at the end of its drain time, and reports that it holds none', () => {
    const { handle, ask, beats, responder, at } = setUp();
    ask([requestOf(1), requestOf(2), requestOf(5)]);
    at.nowMs = 100;
    handle({ type: 'tick' });
    handle({ type: 'drain' });
    const effects = handle({ type: 'let-go' });
    expect(returnedOf(effects)).toEqual([1, 2, 5]);
    expect(effects.at(-1)).toEqual({ type: 'drained' });
    expect(beats.slice(1)).toMatchObject([{ to: a, held: [], silentMs: 0, returned: [1, 2, 5, 5], leaving: true }]);
    expect(responder.counters().inFlight).toBe(0);
  });

  test('a draining server does not answer requests that it has given back, and sends no beat for them', () => {
    const { handle, ask, answer, beats, responder, at } = setUp();
    ask([requestOf(1)]);
    at.nowMs = 100;
    handle({ type: 'tick' });
    handle({ type: 'let-go' });
    const said = beats.length;
    expect(answer(1)).toEqual([]);
    at.nowMs = 10_000;
    handle({ type: 'tick' });
    expect(beats).toHaveLength(said);
    expect(responder.counters().late).toBe(1);
  });

  test('a draining server accepts nothing after it has given back its work', () => {
    const { handle, ask } = setUp();
    handle({ type: 'let-go' });
    expect(ran(ask([requestOf(1)]))).toEqual([]);
  });
});
