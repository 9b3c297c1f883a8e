import { failure, limits } from '@cateto/contracts';
import { describe, expect, test } from 'vitest';
import { a, b, setUpReady, setUp } from './requester.test-support.ts';
import type { RequesterEffect } from './types.ts';

function told(effects: readonly RequesterEffect<string>[]): [to: string, seqs: readonly number[]][] {
  return effects.flatMap((one) => (one.type === 'cancel' ? [[one.to, one.seqs] as [string, readonly number[]]] : []));
}

describe('a request that its caller cancels', () => {
  test('a cancelled request settles, and then its server is told', () => {
    const { call, up, handle } = setUpReady();
    up(a);
    call(1);
    const effects = handle({ type: 'cancel', seq: 1 });
    expect(effects.map(({ type }) => type)).toEqual(['settle', 'cancel']);
    expect(told(effects)).toEqual([[a, [1]]]);
    expect(handle({ type: 'cancel', seq: 1 })).toEqual([]);
  });

  test('a cancellation goes to every server that may be working on the request', () => {
    const { call, up, handle, runTo } = setUpReady();
    up(a);
    call(1);
    up(b);
    runTo(300);
    const both = new Map<string, readonly number[]>([
      [a, [1]],
      [b, [1]],
    ]);
    expect(new Map(told(handle({ type: 'cancel', seq: 1 })))).toEqual(both);
  });

  test('a cancellation does not go to a server that has refused the request', () => {
    const { call, up, handle, answer } = setUpReady();
    up(a);
    call(1);
    answer(a, 1, failure('contract-mismatch', 'no'));
    up(b);
    expect(told(handle({ type: 'cancel', seq: 1 }))).toEqual([[b, [1]]]);
  });

  test('a held request, or any request without a marker, is cancelled without telling a server', () => {
    const { call, up, handle } = setUpReady();
    call(1);
    expect(told(handle({ type: 'cancel', seq: 1 }))).toEqual([]);
    up(a);
    call(2);
    handle({ type: 'marker-down', held: 0 });
    expect(told(handle({ type: 'cancel', seq: 2 }))).toEqual([]);
    const unlinked = setUp();
    unlinked.call(1);
    expect(told(unlinked.handle({ type: 'close' }))).toEqual([]);
  });

  test('a request that was answered or whose deadline has come cannot be cancelled', () => {
    const { call, up, handle, answer, runTo } = setUpReady();
    up(a);
    call(1);
    answer(a, 1);
    call(2, { deadlineMs: 100 });
    expect(told(runTo(100))).toEqual([]);
    expect([...handle({ type: 'cancel', seq: 1 }), ...handle({ type: 'cancel', seq: 2 })]).toEqual([]);
  });
});

test('closing cancels everything in flight, with few messages to each server', () => {
  const { call, up, handle } = setUpReady();
  up(a);
  const count = limits.cancelledSeqsMax + 1;
  for (let seq = 1; seq <= count; seq += 1) call(seq);
  const cancels = told(handle({ type: 'close' }));
  expect(cancels.map(([to, seqs]) => [to, seqs.length])).toEqual([
    [a, limits.cancelledSeqsMax],
    [a, 1],
  ]);
  expect(new Set(cancels.flatMap(([, seqs]) => seqs)).size).toBe(count);
});

describe('a request that moves to another server because of silence', () => {
  /** The request has moved; its seq is 1. */
  function setUpMoved() {
    const ready = setUpReady();
    ready.up(a);
    ready.call(1);
    ready.up(b);
    const moved = ready.runTo(300);
    return { ...ready, moved };
  }

  test.each([
    ['its new', b, a],
    ['its former', a, b],
  ])(
    'a request that moves because of silence is cancelled at the other server when %s server answers',
    (_which, answering, other) => {
      const { answer } = setUpMoved();
      const effects = answer(answering, 1);
      expect(effects.map(({ type }) => type)).toEqual(['settle', 'cancel']);
      expect(effects[1]).toEqual({ type: 'cancel', to: other, seqs: [1] });
    },
  );
});

test('an answer does not cancel the copy that probes a server which was passed over', () => {
  const { call, up, answer, runTo, at } = setUpReady();
  up(a);
  call(1, { unheard: 'fail', impatient: true, deadlineMs: 60_000 });
  runTo(2_500);
  up(b);
  at.nowMs = 6_000;
  const copies = call(2).flatMap((effect) => (effect.type === 'send' ? [effect.to] : []));
  expect(new Set(copies)).toEqual(new Set([a, b]));
  expect(told(answer(b, 2))).toEqual([]);
});
