import { failure } from '@cateto/contracts';
import { describe, expect, test } from 'vitest';
import type { IncomingRequest, ResponderConfig, ResponderEffect, ResponderInput } from './responder.ts';
import { createResponder } from './responder.ts';

const sender = 'aaaaaaaaaaaa';
const replyTopic = 'calc.square.result.1';

function requestOf(seq: number, more: Partial<IncomingRequest<string>> = {}): IncomingRequest<string> {
  return { seq, replyTopic, ttlMs: 5_000, work: `work ${seq}`, refusal: undefined, ...more };
}

function setUp(config: ResponderConfig = {}) {
  const responder = createResponder<string>(config);
  const at = { nowMs: 0 };
  const handle = (input: ResponderInput<string>): readonly ResponderEffect<string>[] =>
    responder.handle(input, at.nowMs);
  return {
    at,
    responder,
    handle,
    ask: (
      seqs: readonly number[],
      more: { settledBelow?: number; sender?: string } & Partial<IncomingRequest<string>> = {},
    ) => {
      const { settledBelow = 1, sender: from = sender, ...request } = more;
      const requests = seqs.map((seq) => requestOf(seq, request));
      return handle({ type: 'requests', sender: from, settledBelow, requests });
    },
    answer: (seq: number, value: unknown = seq * seq) =>
      handle({ type: 'answered', sender, seq, outcome: { value, via: [] } }),
  };
}

function runs(effects: readonly ResponderEffect<string>[]): number[] {
  return effects.flatMap((effect) => (effect.type === 'run' ? [effect.seq] : []));
}

function published(effects: readonly ResponderEffect<string>[]): [number, unknown][] {
  return effects.flatMap((effect) => {
    if (effect.type !== 'publish') return [];
    return effect.results.map(({ seq, outcome }): [number, unknown] => [
      seq,
      'code' in outcome ? outcome.code : outcome.value,
    ]);
  });
}

describe('admitting', () => {
  test('a new request runs, with the deadline its time to live gives it, and its answer is published', () => {
    const { at, ask, answer } = setUp();
    at.nowMs = 100;
    expect(ask([7])).toEqual([{ type: 'run', sender, seq: 7, work: 'work 7', deadlineMs: 5_100 }]);
    expect(answer(7)).toEqual([
      { type: 'publish', topic: replyTopic, to: sender, results: [{ seq: 7, outcome: { value: 49, via: [] } }] },
    ]);
  });

  test('a request that comes again while it runs is not run again', () => {
    const { ask } = setUp();
    ask([1]);
    expect(ask([1])).toEqual([]);
  });

  test('one that comes again after it was answered is answered from memory', () => {
    const { ask, answer } = setUp();
    ask([1, 2]);
    answer(1);
    answer(2);
    expect(published(ask([2, 1]))).toEqual([
      [2, 4],
      [1, 1],
    ]);
  });

  test('two requesters with the same seq are two requests', () => {
    const { ask } = setUp();
    ask([1]);
    expect(runs(ask([1], { sender: 'bbbbbbbbbbbb' }))).toEqual([1]);
  });

  test('one that cannot be served is refused at once, and remembered so', () => {
    const { ask } = setUp();
    const refusal = failure('invalid-request', 'not a number');
    expect(published(ask([1], { refusal }))).toEqual([[1, 'invalid-request']]);
    expect(published(ask([1]))).toEqual([[1, 'invalid-request']]);
  });

  test('one without any time left is not run', () => {
    expect(setUp().ask([1], { ttlMs: 0 })).toEqual([]);
  });

  test('a full server answers overloaded, stands by that for a second, and takes it when there is room then', () => {
    const { at, ask, answer } = setUp({ inFlightMax: 1 });
    ask([1]);
    expect(published(ask([2]))).toEqual([[2, 'overloaded']]);
    answer(1);
    at.nowMs = 999;
    expect(published(ask([2]))).toEqual([[2, 'overloaded']]);
    at.nowMs = 1_000;
    expect(runs(ask([2]))).toEqual([2]);
  });
});

describe('remembering', () => {
  test('what the requester has settled is forgotten, and ignored from then on', () => {
    const { ask, answer, responder } = setUp();
    ask([1, 2]);
    answer(1);
    answer(2);
    expect(ask([], { settledBelow: 2 })).toEqual([]);
    expect(responder.counters().remembered).toBe(1);
    expect(ask([1], { settledBelow: 2 })).toEqual([]);
    expect(published(ask([2], { settledBelow: 2 }))).toEqual([[2, 4]]);
  });

  test('what was settled while it ran is not published', () => {
    const { ask, answer, responder } = setUp();
    ask([1]);
    ask([2], { settledBelow: 2 });
    expect(answer(1)).toEqual([]);
    expect(responder.counters()).toMatchObject({ inFlight: 1, answered: 1, remembered: 0 });
  });

  test('results are forgotten after their time', () => {
    const { at, ask, answer, responder, handle } = setUp({ rememberedMs: 60_000 });
    ask([1]);
    answer(1);
    expect(responder.deadlineMs()).toBe(60_000);
    at.nowMs = 60_000;
    handle({ type: 'tick' });
    expect(responder.counters()).toMatchObject({ remembered: 0, evictedEarly: 0 });
    expect(responder.deadlineMs()).toBeUndefined();
    expect(runs(ask([1]))).toEqual([1]);
  });

  test('of too many results the oldest goes, and is counted', () => {
    const { ask, answer, responder } = setUp({ rememberedMax: 2 });
    ask([1, 2, 3]);
    for (const seq of [1, 2, 3]) answer(seq);
    expect(responder.counters()).toMatchObject({ remembered: 2, evictedEarly: 1 });
    expect(published(ask([2, 3]))).toHaveLength(2);
    expect(runs(ask([1]))).toEqual([1]);
  });

  test('of too many requesters the one heard least recently goes, unless something of it runs', () => {
    const { ask, answer, responder } = setUp({ requestersMax: 2 });
    ask([1]);
    ask([1], { sender: 'bbbbbbbbbbbb', refusal: failure('invalid-request', 'x') });
    ask([1], { sender: 'cccccccccccc' });
    expect(responder.counters()).toMatchObject({ evictedEarly: 1, inFlight: 2 });
    expect(published(answer(1))).toEqual([[1, 1]]);
  });

  test('when a marker appears the results of the last second are published again, and no older ones', () => {
    const { at, ask, answer, handle } = setUp();
    ask([1, 2, 3]);
    answer(1);
    at.nowMs = 500;
    answer(2);
    at.nowMs = 1_400;
    answer(3);
    expect(published(handle({ type: 'marker-up' }))).toEqual([
      [2, 4],
      [3, 9],
    ]);
  });
});

describe('draining', () => {
  test('nothing new is taken, what runs is answered, and then it is drained', () => {
    const { ask, answer, handle } = setUp();
    ask([1]);
    expect(handle({ type: 'drain' })).toEqual([]);
    expect(ask([2])).toEqual([]);
    expect(answer(1).map(({ type }) => type)).toEqual(['publish', 'drained']);
  });

  test('repetitions are still answered from memory', () => {
    const { ask, answer, handle } = setUp();
    ask([1]);
    answer(1);
    expect(handle({ type: 'drain' })).toEqual([{ type: 'drained' }]);
    expect(published(ask([1]))).toEqual([[1, 1]]);
  });
});
