import { setFlagsFromString } from 'node:v8';
import { describe, expect, test } from 'vitest';
import { a, b, setUp } from './asking.test-support.ts';
import type { ResponderConfig } from './types.ts';

/** Lets the clock run, with a tick whenever something is due. */
function setUpRunning(config: ResponderConfig<string> = {}) {
  const all = setUp(config);
  const runTo = (untilMs: number): void => {
    for (let due = all.responder.deadlineMs(); due !== undefined && due <= untilMs; due = all.responder.deadlineMs()) {
      all.at.nowMs = Math.max(all.at.nowMs, due);
      all.handle({ type: 'tick' });
    }
    all.at.nowMs = untilMs;
  };
  return { ...all, runTo };
}

describe('beats', () => {
  test('a beat names a request that has been held for 50 ms, then again every half second', () => {
    const { askFor, beats, runTo } = setUpRunning();
    askFor(7, a, { ttlMs: 60_000 });
    runTo(49);
    expect(beats).toEqual([]);
    runTo(50);
    expect(beats).toEqual([{ type: 'beat', to: a, held: [7, 7], silentMs: 2_000 }]);
    runTo(1_050);
    expect(beats).toHaveLength(3);
  });

  test('each beat is sent once, whatever the rounding of the clock', () => {
    for (let step = 1; step <= 2_000; step += 1) {
      const { askFor, at, handle, responder } = setUp();
      at.nowMs = step * 0.123456789;
      askFor(7, a, { ttlMs: 60_000 });
      at.nowMs += step * 0.0231;
      askFor(8, b, { ttlMs: 60_000 });
      for (let look = 0; look < 8; look += 1) {
        const dueMs = responder.deadlineMs() ?? 0;
        at.nowMs = Math.max(at.nowMs, dueMs);
        handle({ type: 'tick' });
        expect(responder.deadlineMs()).toBeGreaterThan(at.nowMs);
      }
    }
  });

  test('when a running request is repeated, a beat follows within 50 ms, one for all running requests', () => {
    const { askFor, beats, runTo } = setUpRunning();
    for (const seq of [7, 8]) askFor(seq, a, { ttlMs: 60_000 });
    runTo(100);
    for (const seq of [7, 8, 7]) askFor(seq, a, { ttlMs: 60_000 });
    runTo(150);
    const beat = { type: 'beat', to: a, held: [7, 8], silentMs: 2_000 };
    expect(beats).toEqual([beat, beat]);
    runTo(649);
    expect(beats).toHaveLength(2);
  });

  test('a beat names a request within 50 ms in the second after a failover, because the last beat may have been lost', () => {
    const { askFor, answer, beats, handle, runTo } = setUpRunning();
    askFor(7, a, { ttlMs: 60_000 });
    runTo(60);
    answer(7);
    handle({ type: 'marker-up' });
    runTo(100);
    askFor(8, a, { ttlMs: 60_000 });
    runTo(150);
    expect(beats.flatMap(({ held }) => (held === undefined ? [] : [held]))).toEqual([
      [7, 7],
      [8, 8],
    ]);
  });

  test('a beat names a request within 50 ms after a repetition of an answered one, whose beat may have been lost too', () => {
    const { askFor, answer, beats, runTo } = setUpRunning();
    askFor(7, a, { ttlMs: 60_000 });
    runTo(60);
    answer(7);
    runTo(100);
    askFor(7, a, { ttlMs: 60_000 });
    askFor(8, a, { ttlMs: 60_000 });
    runTo(150);
    expect(beats.flatMap(({ held }) => (held === undefined ? [] : [held]))).toEqual([
      [7, 7],
      [8, 8],
    ]);
  });

  test('a beat has the progress of requests that report it', () => {
    const shares = new Map<string, number>();
    const { askFor, beats, runTo } = setUpRunning({ shareOf: (work) => shares.get(work) });
    for (const seq of [1, 2, 3]) askFor(seq, a, { ttlMs: 60_000 });
    shares.set('work 2', 0.25);
    runTo(50);
    expect(beats).toEqual([{ type: 'beat', to: a, held: [1, 3], silentMs: 2_000, progress: [2, 0.25] }]);
    shares.set('work 3', 1);
    runTo(550);
    expect(beats.at(-1)?.progress).toEqual([2, 0.25, 3, 1]);
  });

  test('the progress is not an array of bare fractions, which would slow the encoder down for all messages', () => {
    const { askFor, beats, runTo } = setUpRunning({ shareOf: () => 0.5 });
    askFor(1, a, { ttlMs: 60_000 });
    runTo(50);
    expect(beats[0]?.progress).toEqual([1, 0.5]);
    expect(isOfFractions(beats[0]?.progress ?? [])).toBe(false);
  });

  test('beats become rarer with the age of a request, down to one in five seconds, and announce a longer silence', () => {
    const { askFor, beats, runTo } = setUpRunning();
    askFor(1, a, { ttlMs: 600_000 });
    runTo(100_000);
    const before = beats.length;
    runTo(120_000);
    expect(beats.length - before).toBe(4);
    expect(beats.at(-1)?.silentMs).toBe(20_000);
  });

  test('requests that are answered within 50 ms cause no beats, however many there are', () => {
    const { askFor, answer, beats, at, runTo } = setUpRunning();
    for (let seq = 1; seq < 100; seq += 1) {
      askFor(seq);
      at.nowMs += 20;
      answer(seq);
      runTo(at.nowMs);
    }
    expect(beats).toEqual([]);
  });

  test('one beat names all requests of a requester as ranges, and other requesters get beats of their own', () => {
    const { askFor, beats, runTo } = setUpRunning();
    for (const seq of [5, 3, 4, 9]) askFor(seq);
    askFor(1, b);
    runTo(50);
    expect(beats).toEqual([
      { type: 'beat', to: a, held: [3, 5, 9, 9], silentMs: 2_000 },
      { type: 'beat', to: b, held: [1, 1], silentMs: 2_000 },
    ]);
  });

  test('the last beat names nothing, so that the requester notices a lost answer', () => {
    const { askFor, answer, beats, runTo } = setUpRunning();
    askFor(1);
    runTo(60);
    answer(1);
    runTo(5_000);
    expect(beats.map(({ held, silentMs }) => [held, silentMs])).toEqual([
      [[1, 1], 2_000],
      [[], 0],
    ]);
  });

  test('before a handler that may block, everyone with a held request gets a beat', () => {
    const { askFor, beats, handle } = setUpRunning();
    askFor(1);
    askFor(2, b);
    handle({ type: 'announce', silentMs: 700 });
    expect(beats.map(({ to, silentMs }) => [to, silentMs])).toEqual([
      [a, 744],
      [b, 744],
    ]);
  });

  test('a requester that knows the announced silence and all its requests gets no further beat before a handler', () => {
    const { askFor, answer, beats, at, handle } = setUpRunning();
    for (const seq of [1, 2, 3]) askFor(seq, a, { ttlMs: 60_000 });
    for (const seq of [1, 2]) askFor(seq, b, { ttlMs: 60_000 });
    handle({ type: 'announce', silentMs: 60_000 });
    beats.length = 0;
    at.nowMs = 50;
    answer(1, a);
    handle({ type: 'announce', silentMs: 60_000 });
    expect(beats).toEqual([]);
    askFor(3, b, { ttlMs: 60_000 });
    handle({ type: 'announce', silentMs: 59_950 });
    expect(beats).toEqual([{ type: 'beat', to: b, held: [1, 3], silentMs: 63_697 }]);
  });

  test('a longer silence is announced again, and so is one that a later beat has shortened', () => {
    const { askFor, beats, handle, runTo } = setUpRunning();
    askFor(1, a, { ttlMs: 600_000 });
    const announced = (silentMs: number): number => {
      beats.length = 0;
      handle({ type: 'announce', silentMs });
      return beats.length;
    };
    expect([announced(10_000), announced(10_000), announced(12_000), announced(12_000)]).toEqual([1, 0, 1, 0]);
    runTo(600);
    expect(beats.map(({ silentMs }) => silentMs)).toEqual([2_000]);
    expect([announced(5_000), announced(5_000)]).toEqual([1, 0]);
    handle({ type: 'announce', silentMs: 0 });
    expect(announced(5_000)).toBe(1);
  });

  test('an announced silence is announced again when a request was repeated, and for a second after a failover', () => {
    const { askFor, at, beats, handle } = setUpRunning();
    const announced = (): number => {
      beats.length = 0;
      handle({ type: 'announce', silentMs: 10_000 });
      return beats.length;
    };
    askFor(1, a, { ttlMs: 60_000 });
    expect([announced(), announced()]).toEqual([1, 0]);
    askFor(1, a, { ttlMs: 60_000 });
    expect([announced(), announced()]).toEqual([1, 0]);
    handle({ type: 'marker-up' });
    expect([announced(), announced()]).toEqual([1, 1]);
    at.nowMs += 999;
    expect(announced()).toBe(1);
    at.nowMs += 1;
    expect(announced()).toBe(0);
  });

  test('before a handler that may block, every requester that sent requests within ten seconds gets a beat, which names none', () => {
    const { askFor, answer, beats, handle, at } = setUpRunning();
    askFor(1, 'cccccccccccc');
    answer(1, 'cccccccccccc');
    at.nowMs = 9_000;
    askFor(1, b);
    answer(1, b);
    at.nowMs = 10_000;
    askFor(1);
    handle({ type: 'announce', silentMs: 700 });
    expect(beats).toEqual([
      { type: 'beat', to: a, held: [1, 1], silentMs: 744 },
      { type: 'beat', to: b, held: [], silentMs: 744 },
    ]);
  });

  test('when the silence of a handler is over, the requesters that it was announced to get a beat at once', () => {
    const { askFor, answer, beats, handle } = setUpRunning();
    askFor(1);
    askFor(2, b);
    handle({ type: 'announce', silentMs: 60_000 });
    answer(1);
    askFor(3, 'cccccccccccc');
    beats.length = 0;
    handle({ type: 'announce', silentMs: 0 });
    expect(beats).toEqual([
      { type: 'beat', to: a, held: [], silentMs: 0 },
      { type: 'beat', to: b, held: [2, 2], silentMs: 2_000 },
    ]);
  });
});

/** Whether V8 keeps the array's elements as bare fractions. */
function isOfFractions(array: readonly unknown[]): boolean {
  setFlagsFromString('--allow-natives-syntax');
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- the syntax is no JavaScript
  return new Function('array', 'return %HasDoubleElements(array)')(array) as boolean;
}
