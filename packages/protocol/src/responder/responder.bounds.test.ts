import { failure, limits } from '@cateto/contracts';
import { describe, expect, test } from 'vitest';
import type { ResponderEffect } from './types.ts';
import { a, b, c, published, ran, requestOf, setUp, topic } from './asking.test-support.ts';

describe('overloaded', () => {
  test('beyond the bound of requests in flight, new requests are refused at once', () => {
    const { ask, answer, responder } = setUp({ inFlightMax: 2 });
    const effects = ask([requestOf(1), requestOf(2), requestOf(3)]);
    expect(ran(effects)).toEqual([1, 2]);
    expect(published(effects)).toEqual([[a, topic, [[3, 'overloaded']]]]);
    expect(responder.counters().inFlight).toBe(2);
    answer(1);
    expect(ran(ask([requestOf(4)]))).toEqual([4]);
  });

  test('a refusal for lack of room is repeated for a second, even if there is room, and then the request is admitted', () => {
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

  test('refusals for lack of room push no outcome of real work out of the memory', () => {
    const { askFor, answer, responder } = setUp({ inFlightMax: 1, rememberedMax: 2 });
    askFor(1);
    answer(1);
    askFor(2);
    for (const seq of [3, 4, 5, 6]) askFor(seq);
    expect(published(askFor(1))).toEqual([[a, topic, [[1, 1]]]]);
    expect(responder.counters()).toMatchObject({ remembered: 2, evictedEarly: 0 });
  });
});

describe('the memory of values', () => {
  const large = (seq: number, bytes = 400) => requestOf(seq, { bytes });

  test('beyond the bound of bytes, large requests are refused at once, and small ones are admitted', () => {
    const { ask, answer, responder } = setUp({ inFlightBytesMax: 1_000 });
    const effects = ask([large(1), large(2), large(3), requestOf(4)]);
    expect(ran(effects)).toEqual([1, 2, 4]);
    expect(published(effects)).toEqual([[a, topic, [[3, 'overloaded']]]]);
    expect(responder.counters().refused).toEqual({ bytes: 1 });
    answer(1);
    expect(ran(ask([large(5)]))).toEqual([5]);
  });

  test('requests that are given up, or end after they were cancelled, free their bytes', () => {
    const { ask, answer, handle, at } = setUp({ inFlightBytesMax: 1_000, handlerGraceMs: 1_000 });
    expect(ran(ask([large(1, 1_000)]))).toEqual([1]);
    expect(ran(ask([large(2)]))).toEqual([]);
    at.nowMs = 6_000;
    expect(ran(ask([large(3, 1_000)]))).toEqual([3]);
    handle({ type: 'cancel', sender: a, settledBelow: 1, seqs: [3] });
    expect(ran(ask([large(4)], b))).toEqual([]);
    answer(3);
    expect(ran(ask([large(5, 1_000)], b))).toEqual([5]);
  });

  test('a request that takes more than the bound by itself is admitted alone', () => {
    const { ask } = setUp({ inFlightBytesMax: 1_000 });
    expect(ran(ask([large(1, 5_000), large(2)]))).toEqual([1]);
  });
});

describe('a shortage', () => {
  const told = (effects: readonly ResponderEffect<string>[]) =>
    effects.filter(({ type }) => type === 'full' || type === 'has-room');

  test('a shortage is reported with its first refusal, and again when nothing was refused for two seconds', () => {
    const { askFor, answer, at, handle, responder } = setUp({ inFlightMax: 1 });
    expect(told(askFor(1))).toEqual([]);
    expect(told(askFor(2))).toEqual([{ type: 'full', what: 'requests' }]);
    at.nowMs = 300;
    expect(told(askFor(3))).toEqual([]);
    answer(1);
    // A beat has named the first request, so the next beat says that nothing is held.
    expect(responder.deadlineMs()).toBe(800);
    at.nowMs = 2_299;
    expect(handle({ type: 'tick' })).toEqual([]);
    expect(responder.deadlineMs()).toBe(2_300);
    at.nowMs = 2_300;
    expect(handle({ type: 'tick' })).toEqual([{ type: 'has-room', what: 'requests', forMs: 300, refused: 2 }]);
    askFor(4);
    expect(told(askFor(5))).toEqual([{ type: 'full', what: 'requests' }]);
  });

  test('a place that is free for a moment does not end a shortage', () => {
    const { askFor, answer, at } = setUp({ inFlightMax: 1 });
    askFor(1);
    const seen = [...askFor(2)];
    for (let seq = 3; seq < 50; seq += 2) {
      at.nowMs += 500;
      seen.push(...answer(seq === 3 ? 1 : seq - 2), ...askFor(seq), ...askFor(seq + 1));
    }
    expect(told(seen)).toEqual([{ type: 'full', what: 'requests' }]);
  });

  test('a shortage goes on while every place is taken, even if no request arrives', () => {
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

  test('shortages of requesters and of time are reported separately', () => {
    const { ask, askFor, at, handle } = setUp({ requestersMax: 1 });
    askFor(1, a);
    const refusal = failure('overloaded', 'what was taken here before waits too long for its turn');
    expect(told(ask([requestOf(2, { refusal })], a))).toEqual([{ type: 'full', what: 'time' }]);
    expect(told(ask([requestOf(1)], b))).toEqual([{ type: 'full', what: 'requesters' }]);
    at.nowMs = 2_000;
    expect(told(handle({ type: 'tick' }))).toEqual([{ type: 'has-room', what: 'time', forMs: 0, refused: 1 }]);
    at.nowMs = 4_000;
    expect(told(handle({ type: 'tick' }))).toEqual([]);
    // The running requests are given up here.
    at.nowMs = 6_000;
    expect(told(handle({ type: 'tick' }))).toEqual([
      { type: 'has-room', what: 'requesters', forMs: 4_000, refused: 1 },
    ]);
  });
});

describe('the bounds of memory', () => {
  test('an outcome is forgotten 60 s after it was given', () => {
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

  test('an outcome that is too old does not count even without a tick: a repetition is a new request', () => {
    const { askFor, answer, at } = setUp();
    askFor(1);
    answer(1);
    at.nowMs = 60_000;
    expect(ran(askFor(1))).toEqual([1]);
  });

  test('the deadline is that of whatever is forgotten next', () => {
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
    // The responder then checks whether there is room again.
    expect(responder.deadlineMs()).toBe(2_150);
    at.nowMs = 2_150;
    handle({ type: 'tick' });
    expect(responder.deadlineMs()).toBe(60_000);
  });

  test('when there are too many outcomes the oldest goes, is counted, and would run again', () => {
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

  test('when remembered outcomes take too many bytes, as many of the oldest as needed are forgotten, and numbers count as no bytes', () => {
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

  test('an outcome that alone takes too many bytes is published and not remembered', () => {
    const { askFor, answer, responder } = setUp({ rememberedBytesMax: 1_000 });
    askFor(1);
    expect(published(answer(1, a, 'x'.repeat(1_000)))).toHaveLength(1);
    expect(responder.counters()).toMatchObject({ remembered: 0, evictedEarly: 1 });
  });

  test('settled outcomes do not count when they go', () => {
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

  test('when there are too many requesters the quietest goes, with its remembered outcomes', () => {
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

  test('a requester that is quiet for 60 s is forgotten, so that requesters that come and go do not add up', () => {
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
    // Its work runs, so it stays although it is quiet.
    at.nowMs = 600_000;
    askFor(1, a);
    expect(responder.counters().requesters).toBe(2);
  });

  test('a requester with running work is never forgotten, however long it is silent', () => {
    const { askFor, answer, responder } = setUp({ requestersMax: 2 });
    askFor(1, a);
    askFor(1, b);
    answer(1, b);
    askFor(1, c);
    expect(published(answer(1, a))).toEqual([[a, topic, [[1, 1]]]]);
    expect(responder.counters().requesters).toBe(2);
  });

  test('while as many requesters as possible have running work, a new one is refused, and nothing about it is stored', () => {
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

  test('the default bounds are 60 s, 100,000 outcomes, 10,000 requesters and 10,000 requests in flight', () => {
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
