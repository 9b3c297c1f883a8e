import { expect, test } from 'vitest';
import { a, b, published, ran, setUp } from './asking.test-support.ts';
import type { ResponderConfig } from './types.ts';

/* Answers that leave in chunks: their requests count as held until they have arrived. */

function setUpAnswering(config: ResponderConfig<string> = {}) {
  const underway = new Map<string, readonly number[]>();
  const all = setUp({ answersTo: (to) => underway.get(to) ?? [], ...config });
  const runTo = (untilMs: number): void => {
    for (let due = all.responder.deadlineMs(); due !== undefined && due <= untilMs; due = all.responder.deadlineMs()) {
      all.at.nowMs = Math.max(all.at.nowMs, due);
      all.handle({ type: 'tick' });
    }
    all.at.nowMs = untilMs;
  };
  const held = (): unknown[] => all.beats.splice(0).map((beat) => beat.held);
  return { ...all, underway, runTo, held };
}

test('beats go on naming a request until its answer has arrived', () => {
  const { askFor, answer, underway, runTo, held } = setUpAnswering();
  askFor(7);
  answer(7);
  underway.set(a, [7]);
  runTo(50);
  expect(held()).toEqual([[7, 7]]);
  runTo(1_060);
  expect(held()).toEqual([
    [7, 7],
    [7, 7],
  ]);
  underway.clear();
  runTo(2_000);
  expect(held()).toEqual([[]]);
});

test('a beat names running requests and those whose answers are on their way in the order of their seqs', () => {
  const { askFor, answer, underway, runTo, held } = setUpAnswering();
  for (const seq of [4, 5, 6, 8]) askFor(seq, a, { ttlMs: 60_000 });
  for (const seq of [5, 8]) answer(seq);
  underway.set(a, [5, 8]);
  runTo(50);
  expect(held()).toEqual([[4, 6, 8, 8]]);
});

test('a beat that is due when a request is answered still names it, because it overtakes a large answer', () => {
  const { askFor, answer, at, held } = setUpAnswering();
  askFor(7);
  at.nowMs = 60;
  answer(7);
  expect(held()).toEqual([[7, 7]]);
});

test('a requester with young requests learns of an answer on its way all the same', () => {
  const { askFor, answer, underway, runTo, held } = setUpAnswering();
  askFor(1);
  runTo(45);
  answer(1);
  underway.set(a, [1]);
  askFor(2);
  runTo(51);
  expect(held()).toEqual([[1, 2]]);
});

test('before a handler that may block, a requester whose answer is on its way is told', () => {
  const { askFor, answer, underway, handle, at, held } = setUpAnswering();
  askFor(1);
  answer(1);
  underway.set(a, [1]);
  askFor(1, b);
  at.nowMs = 20_000;
  handle({ type: 'announce', silentMs: 700 });
  expect(held()).toContainEqual([1, 1]);
});

test('a copy of a request whose answer is on its way does not run, even if the answer is forgotten for its size', () => {
  const { askFor, answer, underway, responder, runTo, held } = setUpAnswering({ rememberedBytesMax: 2_000 });
  for (const seq of [1, 2]) {
    askFor(seq);
    answer(seq, a, 'x'.repeat(600));
    underway.set(a, [1, 2].slice(0, seq));
  }
  expect(responder.counters()).toMatchObject({ remembered: 1, evictedEarly: 0 });
  const copies = [...askFor(1), ...askFor(2)];
  expect([ran(copies), published(copies)]).toEqual([[], []]);
  runTo(60);
  expect(held()).toEqual([[1, 2]]);
});

test('an answer that is published again from memory is named soon, because it may be large', () => {
  const { askFor, answer, underway, runTo, held } = setUpAnswering();
  askFor(1);
  answer(1, a, 'x'.repeat(20_000));
  runTo(1_000);
  held();
  expect(published(askFor(1))).toHaveLength(1);
  underway.set(a, [1]);
  runTo(1_050);
  expect(held()).toEqual([[1, 1]]);
});
