import { describe, expect, test } from 'vitest';
import { a, b, published, ran, requestOf, setUp } from './asking.test-support.ts';

function setUpAsked(seqs: readonly number[] = [1]) {
  const made = setUp();
  made.ask(seqs.map((seq) => requestOf(seq)));
  return {
    ...made,
    cancel: (given: readonly number[], sender = a, settledBelow = 1) =>
      made.handle({ type: 'cancel', sender, settledBelow, seqs: given }),
  };
}

describe('a request that runs and is cancelled', () => {
  test('a running request that is cancelled is to be ended, which is reported once', () => {
    const { cancel } = setUpAsked([1, 2, 3]);
    expect(cancel([1, 3])).toMatchObject([
      { type: 'cancel', run: { sender: a, seq: 1, work: 'work 1' } },
      { type: 'cancel', run: { sender: a, seq: 3 } },
    ]);
    expect(cancel([1, 1, 3])).toEqual([]);
  });

  test('a cancelled request keeps its place until it has ended, and its outcome is dropped', () => {
    const { cancel, answer, responder } = setUpAsked();
    cancel([1]);
    expect(responder.counters().inFlight).toBe(1);
    expect(answer(1)).toEqual([]);
    expect(responder.counters()).toMatchObject({ inFlight: 0, answered: 1, remembered: 1, late: 0 });
  });

  test('a repetition of a cancelled request does not run, and nothing about it is published', () => {
    const { cancel, askFor, answer, handle } = setUpAsked();
    cancel([1]);
    expect(askFor(1)).toEqual([]);
    answer(1);
    expect(askFor(1)).toEqual([]);
    expect(published(handle({ type: 'marker-up' }))).toEqual([]);
  });

  test('a cancelled request leaves nothing behind when its requester has settled it', () => {
    const { cancel, askFor, answer, responder } = setUpAsked();
    expect(cancel([1], a, 2)).toMatchObject([{ type: 'cancel' }]);
    answer(1);
    expect(responder.counters().remembered).toBe(0);
    expect(askFor(1)).toEqual([]);
  });

  test('a cancelled request that does not end is given up like any other, and does not run again', () => {
    const { cancel, askFor, at, handle, responder } = setUpAsked();
    cancel([1]);
    at.nowMs = 6_000;
    expect(handle({ type: 'tick' })).toMatchObject([{ type: 'give-up', seq: 1 }]);
    expect(responder.counters().inFlight).toBe(0);
    expect(askFor(1)).toEqual([]);
  });

  test('a drain waits for a cancelled request', () => {
    const { cancel, answer, handle } = setUpAsked();
    handle({ type: 'drain' });
    cancel([1]);
    expect(answer(1)).toEqual([{ type: 'drained' }]);
  });
});

describe('a cancellation', () => {
  test('cancelling the same seq by another requester does no harm', () => {
    const { cancel, askFor, answer } = setUpAsked();
    askFor(1, b);
    expect(cancel([1], b)).toMatchObject([{ run: { sender: b, seq: 1 } }]);
    expect(published(answer(1, a))).toEqual([[a, expect.anything(), [[1, 1]]]]);
  });

  test('a cancellation by a stranger leaves no entry', () => {
    const { cancel, responder } = setUpAsked();
    expect(cancel([1, 2, 3], b)).toEqual([]);
    expect(responder.counters()).toMatchObject({ requesters: 1, remembered: 0 });
  });

  test('cancelling an answered request changes nothing: a repetition gets the answer', () => {
    const { cancel, askFor, answer } = setUpAsked();
    answer(1, a, 'one');
    expect(cancel([1])).toEqual([]);
    expect(published(askFor(1))).toEqual([[a, expect.anything(), [[1, 'one']]]]);
  });

  test('a cancellation that overtakes its request keeps it from running, for a second', () => {
    const { cancel, askFor, at } = setUpAsked();
    expect(cancel([2, 3])).toEqual([]);
    expect(askFor(2)).toEqual([]);
    at.nowMs = 1_000;
    expect(ran(askFor(3))).toEqual([3]);
  });

  test('a cancellation settles the requests that its batch names as settled', () => {
    const { cancel, answer, responder } = setUpAsked([1, 2]);
    answer(1);
    cancel([2], a, 2);
    expect(responder.counters().remembered).toBe(0);
  });
});

test('any number of cancellations is remembered within the bounds of outcomes', () => {
  const { askFor, handle, responder } = setUp({ rememberedMax: 10 });
  askFor(1);
  for (let seq = 2; seq < 1_000; seq += 1) handle({ type: 'cancel', sender: a, settledBelow: 1, seqs: [seq] });
  expect(responder.counters().remembered).toBe(10);
});
