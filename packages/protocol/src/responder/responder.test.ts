import { failure } from '@cateto/contracts';
import { describe, expect, test } from 'vitest';
import { a, b, c, otherTopic, published, ran, requestOf, setUp, topic } from './asking.test-support.ts';

describe('admitting', () => {
  test('every new request of a batch runs, with its deadline on the driver’s clock', () => {
    const { ask, at } = setUp();
    at.nowMs = 1_000;
    expect(ask([requestOf(1), requestOf(2, { ttlMs: 300 })])).toEqual([
      { type: 'run', sender: a, seq: 1, replyTopic: topic, work: 'work 1', sinceMs: 1_000, deadlineMs: 6_000 },
      { type: 'run', sender: a, seq: 2, replyTopic: topic, work: 'work 2', sinceMs: 1_000, deadlineMs: 1_300 },
    ]);
  });

  test('the same seq of two requesters is two requests', () => {
    const { askFor, answer } = setUp();
    expect(ran(askFor(1, a))).toEqual([1]);
    expect(ran(askFor(1, b))).toEqual([1]);
    expect(published(answer(1, b, 'of b'))).toEqual([[b, topic, [[1, 'of b']]]]);
    expect(published(answer(1, a, 'of a'))).toEqual([[a, topic, [[1, 'of a']]]]);
  });

  test('a request with no time left is skipped', () => {
    const { askFor, responder } = setUp();
    expect(askFor(1, a, { ttlMs: 0 })).toEqual([]);
    expect(askFor(2, a, { ttlMs: 0, refusal: failure('invalid-request', 'no') })).toEqual([]);
    expect(responder.counters()).toMatchObject({ inFlight: 0, answered: 0, remembered: 0 });
  });

  test('a refused request is answered with its refusal at once, and the refusal is remembered', () => {
    const { askFor, at } = setUp();
    const refusal = failure('invalid-request', 'square: input: expected a number');
    const answered = [{ type: 'publish', topic, to: a, results: [{ seq: 1, outcome: refusal }] }];
    expect(askFor(1, a, { refusal })).toEqual(answered);
    at.nowMs = 59_999;
    expect(askFor(1)).toEqual(answered);
  });

  test('consecutive results for one topic go together, whatever runs in between', () => {
    const { ask, answer } = setUp();
    const refusal = failure('invalid-request', 'no');
    ask([requestOf(1), requestOf(2, { replyTopic: otherTopic })]);
    answer(1);
    answer(2);
    const effects = ask([requestOf(3, { refusal }), requestOf(4), requestOf(1), requestOf(2)]);
    expect(ran(effects)).toEqual([4]);
    const together = [
      [3, 'invalid-request'],
      [1, 1],
    ];
    expect(published(effects)).toEqual([
      [a, topic, together],
      [a, otherTopic, [[2, 2]]],
    ]);
  });

  test('results of one input are not added to those of the input before', () => {
    const { askFor, answer } = setUp();
    askFor(1);
    askFor(2);
    const before = answer(1);
    answer(2);
    expect(published(before)).toEqual([[a, topic, [[1, 1]]]]);
  });
});

describe('repetitions', () => {
  test('a running id does not run again, and is answered once', () => {
    const { askFor, answer } = setUp();
    askFor(1);
    expect(askFor(1)).toEqual([]);
    expect(published(answer(1))).toEqual([[a, topic, [[1, 1]]]]);
  });

  test('a repetition within one batch does not run again', () => {
    const { ask } = setUp();
    expect(ran(ask([requestOf(1), requestOf(1)]))).toEqual([1]);
  });

  test('an answered id is answered from memory, with the same outcome on the same topic', () => {
    const { askFor, answer, at } = setUp();
    askFor(1);
    answer(1, a, 'the outcome');
    at.nowMs = 59_999;
    expect(published(askFor(1, a, { replyTopic: otherTopic }))).toEqual([[a, topic, [[1, 'the outcome']]]]);
  });

  test('a repetition with no time left is answered from memory too', () => {
    const { askFor, answer } = setUp();
    askFor(1);
    answer(1);
    expect(published(askFor(1, a, { ttlMs: 0 }))).toEqual([[a, topic, [[1, 1]]]]);
  });

  test('a second answer to the same id is ignored, and so is an answer to an id that never ran', () => {
    const { askFor, answer, responder } = setUp();
    askFor(1);
    answer(1, a, 'first');
    expect(answer(1, a, 'second')).toEqual([]);
    expect(answer(2)).toEqual([]);
    expect(answer(1, c)).toEqual([]);
    expect(published(askFor(1))).toEqual([[a, topic, [[1, 'first']]]]);
    expect(responder.counters()).toMatchObject({ inFlight: 0, answered: 1, repeated: 1 });
  });
});

describe('settled', () => {
  test('a request that its requester has settled is forgotten, and ignored when it is repeated', () => {
    const { askFor, answer, settle, responder } = setUp();
    for (const seq of [1, 2, 3]) {
      askFor(seq);
      answer(seq);
    }
    settle(3);
    expect(responder.counters()).toMatchObject({ remembered: 1, evictedEarly: 0 });
    expect(askFor(2)).toEqual([]);
    expect(published(askFor(3))).toEqual([[a, topic, [[3, 3]]]]);
  });

  test('the watermark of a batch counts before its own requests', () => {
    const { ask } = setUp();
    expect(ran(ask([requestOf(4), requestOf(5)], a, 5))).toEqual([5]);
  });

  test('an older batch of a requester changes nothing', () => {
    const { ask, settle } = setUp();
    settle(5);
    expect(ran(ask([requestOf(4), requestOf(5)], a, 2))).toEqual([5]);
  });

  test('one false batch in a requester’s name silences the requester for two seconds, not for ever', () => {
    const { ask, at } = setUp();
    at.nowMs = 10_000;
    ask([requestOf(2 ** 53 - 1)], a, 2 ** 53 - 1);
    at.nowMs = 11_999;
    expect(ask([requestOf(7)], a, 7)).toEqual([]);
    at.nowMs = 12_000;
    expect(ran(ask([requestOf(7)], a, 7))).toEqual([7]);
    expect(ran(ask([requestOf(6)], a, 6))).toEqual([]);
  });

  test('a word that is repeated continues to count', () => {
    const { ask, settle, at } = setUp();
    settle(5);
    at.nowMs = 1_900;
    settle(5);
    at.nowMs = 3_000;
    expect(ask([requestOf(4)], a, 4)).toEqual([]);
  });

  test('a word of one requester concerns no other', () => {
    const { askFor, settle } = setUp();
    settle(5, a);
    expect(ran(askFor(1, b))).toEqual([1]);
  });

  test('an outcome that comes after its requester has settled is neither published nor remembered', () => {
    const { askFor, answer, settle, responder } = setUp();
    askFor(1);
    settle(2);
    expect(responder.counters().inFlight).toBe(1);
    expect(answer(1)).toEqual([]);
    expect(responder.counters()).toMatchObject({ inFlight: 0, answered: 1, remembered: 0 });
  });

  test('answers behind one that is not settled are forgotten with it', () => {
    const { askFor, answer, settle, handle, responder } = setUp();
    askFor(1);
    askFor(2);
    answer(2);
    answer(1);
    settle(2);
    expect(askFor(1)).toEqual([]);
    expect(published(handle({ type: 'marker-up' }))).toEqual([[a, topic, [[2, 2]]]]);
    settle(3);
    expect(responder.counters().remembered).toBe(0);
  });
});

describe('after the deadline', () => {
  test('a request that runs past its deadline does not run again, and counts as in flight for another second', () => {
    const { askFor, answer, at, handle, responder } = setUp({ inFlightMax: 1 });
    askFor(1, a, { ttlMs: 100 });
    at.nowMs = 1_099;
    handle({ type: 'tick' });
    expect(ran(askFor(1))).toEqual([]);
    expect(ran(askFor(2))).toEqual([]);
    expect(responder.counters().inFlight).toBe(1);
    answer(1);
    expect(ran(askFor(3))).toEqual([3]);
  });

  test('a late outcome is published and remembered like any other', () => {
    const { askFor, answer, at } = setUp();
    askFor(1, a, { ttlMs: 100 });
    at.nowMs = 200;
    expect(published(answer(1))).toEqual([[a, topic, [[1, 1]]]]);
    expect(published(askFor(1))).toEqual([[a, topic, [[1, 1]]]]);
  });
});

describe('giving up', () => {
  test('a request that is unanswered a second after its deadline is given up, and its place is free', () => {
    const { askFor, at, handle, responder } = setUp({ inFlightMax: 1 });
    askFor(1, a, { ttlMs: 100 });
    at.nowMs = 50;
    handle({ type: 'tick' });
    at.nowMs = 550;
    handle({ type: 'tick' });
    // The next beat would be due then.
    expect(responder.deadlineMs()).toBe(1_050);
    at.nowMs = 1_050;
    handle({ type: 'tick' });
    expect(responder.deadlineMs()).toBe(1_100);
    at.nowMs = 1_100;
    expect(handle({ type: 'tick' })).toMatchObject([
      { type: 'give-up', sender: a, seq: 1, replyTopic: topic, work: 'work 1' },
    ]);
    expect(responder.counters()).toMatchObject({ inFlight: 0, givenUp: 1, answered: 0 });
    expect(ran(askFor(2))).toEqual([2]);
  });

  test('giving up needs no tick: the next request finds the place free', () => {
    const { askFor, at } = setUp({ inFlightMax: 1 });
    askFor(1, a, { ttlMs: 100 });
    at.nowMs = 1_100;
    expect(ran(askFor(2))).toEqual([2]);
  });

  test('a request that was given up does not run again: a repetition gets deadline-exceeded while an outcome is remembered', () => {
    const { askFor, at, handle } = setUp();
    askFor(1, a, { ttlMs: 100 });
    at.nowMs = 1_100;
    handle({ type: 'tick' });
    at.nowMs = 61_099;
    expect(published(askFor(1))).toEqual([[a, topic, [[1, 'deadline-exceeded']]]]);
  });

  test('giving up is not published, not even when a marker appears', () => {
    const { askFor, answer, at, handle } = setUp();
    askFor(1, a, { ttlMs: 100 });
    askFor(2);
    at.nowMs = 1_100;
    expect(published(handle({ type: 'tick' }))).toEqual([]);
    answer(2);
    expect(published(handle({ type: 'marker-up' }))).toEqual([[a, topic, [[2, 2]]]]);
  });

  test('a late outcome of a request that was given up is counted and dropped', () => {
    const { askFor, answer, at, handle, responder } = setUp();
    askFor(1, a, { ttlMs: 100 });
    at.nowMs = 1_100;
    handle({ type: 'tick' });
    expect(answer(1)).toEqual([]);
    expect(responder.counters()).toMatchObject({ inFlight: 0, answered: 0, givenUp: 1, late: 1 });
    expect(published(askFor(1))).toEqual([[a, topic, [[1, 'deadline-exceeded']]]]);
  });

  test('a request that was given up is forgotten when its requester has settled it', () => {
    const { askFor, at, handle, settle, responder } = setUp();
    askFor(1, a, { ttlMs: 100 });
    settle(2);
    at.nowMs = 1_100;
    expect(handle({ type: 'tick' }).map(({ type }) => type)).toEqual(['give-up']);
    expect(responder.counters()).toMatchObject({ inFlight: 0, remembered: 0 });
  });

  test('requests that are due within a quarter of a second of the first are given up together', () => {
    const { askFor, at, handle, responder } = setUp();
    for (const [seq, ttlMs] of [
      [1, 100],
      [2, 101],
      [3, 349],
      [4, 700],
    ] as const) {
      askFor(seq, a, { ttlMs });
    }
    const givenUpAt = (nowMs: number): number[] => {
      at.nowMs = nowMs;
      return handle({ type: 'tick' }).flatMap((effect) => (effect.type === 'give-up' ? [effect.seq] : []));
    };
    expect(givenUpAt(1_100)).toEqual([1]);
    expect(responder.deadlineMs()).toBe(1_350);
    expect(givenUpAt(1_349)).toEqual([]);
    expect(givenUpAt(1_350)).toEqual([2, 3]);
    // The next beat is due before the next check.
    expect(responder.deadlineMs()).toBe(1_600);
    expect(givenUpAt(1_600)).toEqual([]);
    expect(responder.deadlineMs()).toBe(1_700);
    expect(givenUpAt(1_700)).toEqual([4]);
  });

  test('giving up ends a drain that waited for the request', () => {
    const { askFor, at, handle } = setUp();
    askFor(1, a, { ttlMs: 100 });
    handle({ type: 'drain' });
    at.nowMs = 1_100;
    expect(handle({ type: 'tick' }).map(({ type }) => type)).toEqual(['give-up', 'drained']);
  });

  test('ten thousand requests that hang do not occupy places for ever', () => {
    const { ask, askFor, at, handle, responder } = setUp();
    ask(Array.from({ length: 10_000 }, (_, index) => requestOf(index + 1)));
    expect(published(askFor(10_001))).toEqual([[a, topic, [[10_001, 'overloaded']]]]);
    at.nowMs = 6_000;
    handle({ type: 'tick' });
    expect(responder.counters()).toMatchObject({ inFlight: 0, givenUp: 10_000 });
    expect(ran(askFor(10_002))).toEqual([10_002]);
  });
});

describe('a new marker', () => {
  test('when a marker appears, results of the last second are published again, in the order of their answers', () => {
    const { askFor, answer, at, handle } = setUp();
    for (const seq of [1, 2, 3, 4]) askFor(seq);
    askFor(9, b);
    askFor(5, a, { replyTopic: otherTopic });
    answer(1);
    at.nowMs = 1;
    answer(3);
    answer(2);
    answer(9, b);
    at.nowMs = 500;
    answer(5);
    at.nowMs = 1_001;
    const together = [
      [3, 3],
      [2, 2],
    ];
    expect(published(handle({ type: 'marker-up' }))).toEqual([
      [a, topic, together],
      [b, topic, [[9, 9]]],
      [a, otherTopic, [[5, 5]]],
    ]);
  });

  test('when a marker appears, refusals for lack of room are published again, but nothing that is settled', () => {
    const { askFor, answer, handle, settle } = setUp({ inFlightMax: 1 });
    askFor(1);
    askFor(2);
    answer(1);
    settle(2);
    expect(published(handle({ type: 'marker-up' }))).toEqual([[a, topic, [[2, 'overloaded']]]]);
  });

  test('results that are published again are neither counted nor remembered again', () => {
    const { askFor, answer, at, handle, responder } = setUp();
    askFor(1);
    answer(1);
    at.nowMs = 900;
    handle({ type: 'marker-up' });
    expect(responder.counters()).toMatchObject({ answered: 1, remembered: 1, repeated: 0 });
    at.nowMs = 1_800;
    expect(handle({ type: 'marker-up' })).toEqual([]);
  });
});

describe('draining', () => {
  test('a drain with nothing running ends at once', () => {
    const { handle } = setUp();
    expect(handle({ type: 'drain' })).toEqual([{ type: 'drained' }]);
  });

  test('a drain answers running requests first, settled or not, and ends once, after the last', () => {
    const { askFor, answer, settle, handle } = setUp();
    askFor(1);
    askFor(2);
    expect(handle({ type: 'drain' })).toEqual([]);
    expect(answer(1).map(({ type }) => type)).toEqual(['publish']);
    settle(3);
    expect(answer(2)).toEqual([{ type: 'drained' }]);
    expect(handle({ type: 'drain' })).toEqual([]);
  });

  test('the last result is published before the drain ends', () => {
    const { askFor, answer, handle } = setUp();
    askFor(1);
    handle({ type: 'drain' });
    expect(answer(1).map(({ type }) => type)).toEqual(['publish', 'drained']);
  });

  test('a draining responder ignores new requests, and answers repetitions from memory', () => {
    const { askFor, answer, handle } = setUp({ requestersMax: 1 });
    askFor(1);
    askFor(2);
    answer(1);
    handle({ type: 'drain' });
    expect(askFor(3)).toEqual([]);
    expect(askFor(4, a, { refusal: failure('invalid-request', 'no') })).toEqual([]);
    expect(askFor(1, b)).toEqual([]);
    expect(askFor(2)).toEqual([]);
    expect(published(askFor(1))).toEqual([[a, topic, [[1, 1]]]]);
  });
});

test('the counters show the state of the responder', () => {
  const { askFor, answer, responder } = setUp();
  askFor(1);
  askFor(2);
  askFor(2);
  askFor(1, b);
  answer(1);
  askFor(1);
  expect(responder.counters()).toEqual({
    inFlight: 2,
    answered: 1,
    repeated: 2,
    refused: {},
    givenUp: 0,
    late: 0,
    remembered: 1,
    requesters: 2,
    evictedEarly: 0,
  });
});
