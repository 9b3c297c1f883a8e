import { failure, limits } from '@cateto/contracts';
import { describe, expect, test } from 'vitest';
import type { ResponderEffect } from './types.ts';
import { a, b, c, published, ran, requestOf, setUp, topic } from './asking.test-support.ts';

describe('overloaded', () => {
  test('beyond what may be in flight, new requests are told so at once', () => {
    const { ask, answer, responder } = setUp({ inFlightMax: 2 });
    const effects = ask([requestOf(1), requestOf(2), requestOf(3)]);
    expect(ran(effects)).toEqual([1, 2]);
    expect(published(effects)).toEqual([[a, topic, [[3, 'overloaded']]]]);
    expect(responder.counters().inFlight).toBe(2);
    answer(1);
    expect(ran(ask([requestOf(4)]))).toEqual([4]);
  });

  test('that stands for a second even if there is room; after it the request is admitted afresh', () => {
    const { askFor, answer, at } = setUp({ inFlightMax: 1 });
    askFor(1);
    askFor(2);
    answer(1);
    at.nowMs = 999;
    expect(published(askFor(2))).toEqual([[a, topic, [[2, 'overloaded']]]]);
    at.nowMs = 1_000;
    expect(ran(askFor(2))).toEqual([2]);
    expect(published(answer(2))).toEqual([[a, topic, [[2, 2]]]]);
  });

  test('a refused request needs no room', () => {
    const { askFor } = setUp({ inFlightMax: 1 });
    askFor(1);
    expect(published(askFor(2, a, { refusal: failure('invalid-request', 'no') }))).toEqual([
      [a, topic, [[2, 'invalid-request']]],
    ]);
  });

  test('being overloaded pushes no result of work out of the memory', () => {
    const { askFor, answer, responder } = setUp({ inFlightMax: 1, rememberedMax: 2 });
    askFor(1);
    answer(1);
    askFor(2);
    for (const seq of [3, 4, 5, 6]) askFor(seq);
    expect(published(askFor(1))).toEqual([[a, topic, [[1, 1]]]]);
    expect(responder.counters()).toMatchObject({ remembered: 2, evictedEarly: 0 });
  });
});

describe('a shortage', () => {
  const told = (effects: readonly ResponderEffect<string>[]) =>
    effects.filter(({ type }) => type === 'full' || type === 'has-room');

  test('is told of with its first refusal, and again when nothing was refused for two seconds', () => {
    const { askFor, answer, at, handle, responder } = setUp({ inFlightMax: 1 });
    expect(told(askFor(1))).toEqual([]);
    expect(told(askFor(2))).toEqual([{ type: 'full', what: 'requests' }]);
    at.nowMs = 300;
    expect(told(askFor(3))).toEqual([]);
    answer(1);
    // A beat told of the first: the next one tells that nothing is held.
    expect(responder.deadlineMs()).toBe(800);
    at.nowMs = 2_299;
    expect(handle({ type: 'tick' })).toEqual([]);
    expect(responder.deadlineMs()).toBe(2_300);
    at.nowMs = 2_300;
    expect(handle({ type: 'tick' })).toEqual([{ type: 'has-room', what: 'requests', forMs: 300, refused: 2 }]);
    askFor(4);
    expect(told(askFor(5))).toEqual([{ type: 'full', what: 'requests' }]);
  });

  test('a place that is free for a moment and taken again does not end it', () => {
    const { askFor, answer, at } = setUp({ inFlightMax: 1 });
    askFor(1);
    const seen = [...askFor(2)];
    for (let seq = 3; seq < 50; seq += 2) {
      at.nowMs += 500;
      seen.push(...answer(seq === 3 ? 1 : seq - 2), ...askFor(seq), ...askFor(seq + 1));
    }
    expect(told(seen)).toEqual([{ type: 'full', what: 'requests' }]);
  });

  test('goes on while every place is taken, though nobody asks', () => {
    const { askFor, answer, at, handle } = setUp({ inFlightMax: 1 });
    askFor(1, a, { ttlMs: 60_000 });
    askFor(2);
    while (at.nowMs < 20_000) {
      at.nowMs += 2_000;
      expect(told(handle({ type: 'tick' }))).toEqual([]);
    }
    answer(1);
    at.nowMs = 22_000;
    expect(told(handle({ type: 'tick' }))).toEqual([{ type: 'has-room', what: 'requests', forMs: 20_000, refused: 1 }]);
  });

  test('of requesters and of time is told of by itself', () => {
    const { ask, askFor, at, handle } = setUp({ requestersMax: 1 });
    askFor(1, a);
    const refusal = failure('overloaded', 'what was taken here before waits too long for its turn');
    expect(told(ask([requestOf(2, { refusal })], a))).toEqual([{ type: 'full', what: 'time' }]);
    expect(told(ask([requestOf(1)], b))).toEqual([{ type: 'full', what: 'requesters' }]);
    at.nowMs = 2_000;
    expect(told(handle({ type: 'tick' }))).toEqual([{ type: 'has-room', what: 'time', forMs: 0, refused: 1 }]);
    at.nowMs = 4_000;
    expect(told(handle({ type: 'tick' }))).toEqual([]);
    // Here what ran is given up.
    at.nowMs = 6_000;
    expect(told(handle({ type: 'tick' }))).toEqual([
      { type: 'has-room', what: 'requesters', forMs: 4_000, refused: 1 },
    ]);
  });
});

describe('the bounds of memory', () => {
  test('an outcome is forgotten after 60 s, counted from when it was given', () => {
    const { askFor, answer, at, handle, responder } = setUp();
    askFor(1);
    at.nowMs = 1_000;
    answer(1);
    at.nowMs = 2_000;
    askFor(1);
    expect(responder.deadlineMs()).toBe(61_000);
    at.nowMs = 61_000;
    handle({ type: 'tick' });
    expect(responder.counters()).toMatchObject({ remembered: 0, evictedEarly: 0 });
    expect(responder.deadlineMs()).toBeUndefined();
  });

  test('that is noticed without a tick: a repetition after it counts as new', () => {
    const { askFor, answer, at } = setUp();
    askFor(1);
    answer(1);
    at.nowMs = 60_000;
    expect(ran(askFor(1))).toEqual([1]);
  });

  test('the deadline is that of whatever is forgotten next, of whatever kind', () => {
    const { askFor, answer, at, handle, responder } = setUp({ inFlightMax: 1 });
    expect(responder.deadlineMs()).toBeUndefined();
    askFor(1);
    answer(1);
    // A beat for it might be due then.
    expect(responder.deadlineMs()).toBe(50);
    at.nowMs = 50;
    handle({ type: 'tick' });
    expect(responder.deadlineMs()).toBe(60_000);
    askFor(2);
    at.nowMs = 150;
    askFor(3);
    expect(responder.deadlineMs()).toBe(650);
    at.nowMs = 1_100;
    handle({ type: 'tick' });
    answer(2);
    expect(responder.deadlineMs()).toBe(1_150);
    at.nowMs = 1_600;
    handle({ type: 'tick' });
    // Whether there is room again is looked at then.
    expect(responder.deadlineMs()).toBe(2_150);
    at.nowMs = 2_150;
    handle({ type: 'tick' });
    expect(responder.deadlineMs()).toBe(60_000);
  });

  test('when there are too many outcomes the oldest goes, is counted, and would be run again', () => {
    const { askFor, answer, responder } = setUp({ rememberedMax: 2 });
    for (const [seq, sender] of [
      [1, a],
      [1, b],
      [2, a],
    ] as const) {
      askFor(seq, sender);
      answer(seq, sender);
    }
    expect(responder.counters()).toMatchObject({ remembered: 2, evictedEarly: 1 });
    expect(published(askFor(1, b))).toHaveLength(1);
    expect(ran(askFor(1, a))).toEqual([1]);
  });

  test('when the outcomes take too many bytes the oldest go, as many as it takes, and numbers weigh nothing', () => {
    const { askFor, answer, responder } = setUp({ rememberedBytesMax: 5_000 });
    for (const seq of [1, 2, 3, 4]) askFor(seq);
    answer(1, a, 'x'.repeat(1_000));
    answer(2, a, 1e300);
    answer(3, a, 'x'.repeat(1_000));
    expect(responder.counters()).toMatchObject({ remembered: 3, evictedEarly: 0 });
    answer(4, a, ['x'.repeat(2_000)]);
    expect(responder.counters()).toMatchObject({ remembered: 1, evictedEarly: 3 });
    expect(ran(askFor(1))).toEqual([1]);
  });

  test('an outcome that alone takes too many is published and not remembered', () => {
    const { askFor, answer, responder } = setUp({ rememberedBytesMax: 1_000 });
    askFor(1);
    expect(published(answer(1, a, 'x'.repeat(1_000)))).toHaveLength(1);
    expect(responder.counters()).toMatchObject({ remembered: 0, evictedEarly: 1 });
  });

  test('what was settled already is not counted when it goes', () => {
    const { askFor, answer, settle, responder } = setUp({ rememberedMax: 2 });
    for (const seq of [1, 2]) askFor(seq, a);
    for (const seq of [2, 1]) answer(seq, a);
    settle(2, a);
    for (const seq of [1, 2]) {
      askFor(seq, b);
      answer(seq, b);
    }
    expect(responder.counters()).toMatchObject({ remembered: 2, evictedEarly: 1 });
  });

  test('when there are too many requesters the quietest goes, with what was remembered for it', () => {
    const { askFor, answer, settle, responder } = setUp({ requestersMax: 2 });
    askFor(1, a);
    answer(1, a);
    askFor(1, b);
    answer(1, b);
    settle(1, a);
    askFor(1, c);
    expect(responder.counters()).toMatchObject({ requesters: 2, remembered: 1, evictedEarly: 1 });
    expect(published(askFor(1, a))).toEqual([[a, topic, [[1, 1]]]]);
    expect(ran(askFor(1, b))).toEqual([1]);
  });

  test('a requester that is quiet for 60 s is forgotten, so that those who come and go do not add up', () => {
    const { askFor, answer, settle, responder, at } = setUp();
    askFor(1, a);
    answer(1, a);
    settle(1, a);
    at.nowMs = 59_999;
    askFor(1, b);
    expect(responder.counters().requesters).toBe(2);
    at.nowMs = 60_000;
    askFor(2, b);
    expect(responder.counters()).toMatchObject({ requesters: 1, remembered: 0, evictedEarly: 0, inFlight: 2 });
    // Its work runs: it is quiet and stays.
    at.nowMs = 600_000;
    askFor(1, a);
    expect(responder.counters().requesters).toBe(2);
  });

  test('a requester whose work runs is never forgotten, however long it is silent', () => {
    const { askFor, answer, responder } = setUp({ requestersMax: 2 });
    askFor(1, a);
    askFor(1, b);
    answer(1, b);
    askFor(1, c);
    expect(published(answer(1, a))).toEqual([[a, topic, [[1, 1]]]]);
    expect(responder.counters().requesters).toBe(2);
  });

  test('while work runs for as many as can be noted, a stranger is told so; nothing is noted about it', () => {
    const { ask, askFor, answer, responder } = setUp({ requestersMax: 1 });
    askFor(1, a);
    const refusal = failure('invalid-request', 'no');
    const effects = ask([requestOf(1), requestOf(2), requestOf(3, { refusal }), requestOf(4, { ttlMs: 0 })], b, 2);
    expect(effects.map(({ type }) => type)).toEqual(['full', 'publish']);
    expect(published(effects)).toEqual([
      [
        b,
        topic,
        [
          [2, 'overloaded'],
          [3, 'invalid-request'],
        ],
      ],
    ]);
    expect(responder.counters()).toMatchObject({ requesters: 1, answered: 2, remembered: 0, inFlight: 1 });
    answer(1, a);
    expect(ran(askFor(2, b))).toEqual([2]);
  });

  test('they are 60 s, 100,000 outcomes, 10,000 requesters and 10,000 in flight unless told otherwise', () => {
    const { ask, answer, settle, responder, at } = setUp();
    const many = Array.from({ length: limits.requestsInFlightMax + 1 }, (_, index) => requestOf(index + 1));
    expect(ran(ask(many))).toHaveLength(10_000);
    expect(responder.counters().inFlight).toBe(10_000);
    for (let seq = 1; seq <= 10_000; seq += 1) answer(seq);
    settle(10_001);
    at.nowMs = 2_000;
    const refusal = failure('invalid-request', 'no');
    ask(Array.from({ length: 100_001 }, (_, index) => requestOf(20_000 + index, { refusal })));
    expect(responder.counters()).toMatchObject({ remembered: 100_000, evictedEarly: 1 });
    expect(responder.deadlineMs()).toBe(62_000);
    for (let one = 0; one < 10_001; one += 1) ask([], `stranger${1_000 + one}`);
    expect(responder.counters().requesters).toBe(10_000);
  });
});
