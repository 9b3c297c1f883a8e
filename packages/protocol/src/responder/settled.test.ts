import { describe, expect, test } from 'vitest';
import { a, b, published, ran, requestOf, setUp } from './asking.test-support.ts';

function setUpSettling() {
  const made = setUp();
  return {
    ...made,
    /** Sends only the settled watermark. */
    settle: (settledBelow: number, stragglers?: readonly number[], sender = a) =>
      made.handle({ type: 'requests', sender, settledBelow, stragglers, requests: [] }),
    askWith: (settledBelow: number, stragglers: readonly number[], ...seqs: readonly number[]) =>
      made.handle({
        type: 'requests',
        sender: a,
        settledBelow,
        stragglers,
        requests: seqs.map((seq) => requestOf(seq)),
      }),
  };
}

describe('a straggler', () => {
  test('a straggler below the watermark is served and remembered, while everything else below is forgotten', () => {
    const { askWith, askFor, answer, settle, responder } = setUpSettling();
    for (const seq of [1, 2, 3]) askFor(seq);
    for (const seq of [1, 2, 3]) answer(seq);
    settle(4, [2]);
    expect(responder.counters().remembered).toBe(1);
    expect(published(askWith(4, [2], 1, 2, 3))).toEqual([[a, expect.anything(), [[2, 2]]]]);
    expect(ran(askWith(6, [2, 5], 4, 5))).toEqual([5]);
  });

  test('a straggler is forgotten when it is not named any more', () => {
    const { askFor, answer, settle, responder } = setUpSettling();
    askFor(2);
    answer(2);
    settle(4, [2]);
    settle(4);
    expect(responder.counters().remembered).toBe(0);
    expect(askFor(2)).toEqual([]);
  });
});

describe('a request that its requester settles', () => {
  test('a waiting or running request that is settled is reported once, so that it ends, and requests of others are not', () => {
    const { ask, settle } = setUpSettling();
    ask([1, 2, 3, 4].map((seq) => requestOf(seq)));
    ask([requestOf(1)], b);
    expect(settle(4, [2])).toMatchObject([
      { type: 'cancel', run: { sender: a, seq: 1 } },
      { type: 'cancel', run: { sender: a, seq: 3 } },
    ]);
    expect(settle(4)).toMatchObject([{ type: 'cancel', run: { sender: a, seq: 2 } }]);
    expect(settle(4)).toEqual([]);
  });

  test('a settled request keeps its place until it has ended, and is forgotten without an answer', () => {
    const { askFor, settle, answer, handle, responder } = setUpSettling();
    askFor(1);
    settle(2);
    expect(responder.counters().inFlight).toBe(1);
    expect(answer(1)).toEqual([]);
    expect(responder.counters()).toMatchObject({ inFlight: 0, remembered: 0, answered: 1, late: 0 });
    expect(handle({ type: 'marker-up' })).toEqual([]);
  });

  test('a request that is both settled and cancelled is ended once', () => {
    const { askFor, handle } = setUpSettling();
    askFor(1);
    expect(handle({ type: 'cancel', sender: a, settledBelow: 2, seqs: [1] })).toHaveLength(1);
  });

  test('a request that a stranger settled in its requester’s name runs again when the requester repeats it', () => {
    const { askFor, settle, answer, at } = setUpSettling();
    askFor(1);
    settle(1_000);
    answer(1);
    at.nowMs = 2_000;
    expect(ran(askFor(1))).toEqual([1]);
    expect(published(answer(1))).toEqual([[a, expect.anything(), [[1, 1]]]]);
  });
});

test('stragglers that are named twice, or above the watermark, are ended once', () => {
  const { askFor, settle } = setUpSettling();
  for (const seq of [3, 4]) askFor(seq);
  settle(4, [3, 3, 4]);
  expect(settle(9)).toMatchObject([
    { type: 'cancel', run: { seq: 4 } },
    { type: 'cancel', run: { seq: 3 } },
  ]);
});
