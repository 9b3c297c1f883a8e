import type { ObservedAt } from '@cateto/sdk';
import { expect, test } from 'vitest';
import { createSampler } from './sampler.ts';
import { operand } from './passing.test-support.ts';

function sampler(messagesMax: number) {
  const watches: ((message: ObservedAt) => void)[] = [];
  const seen: number[] = [];
  const pauses: number[] = [];
  let closed = 0;
  let nowMs = 0;
  const end = async (): Promise<void> => void (closed += 1);
  const one = createSampler({
    watch(onMessage) {
      watches.push(onMessage);
      return { close: end, [Symbol.asyncDispose]: end };
    },
    onMessage: ({ atMs }) => seen.push(atMs),
    onPause: (sinceMs) => pauses.push(sinceMs),
    messagesMax,
    nowMs: () => nowMs,
  });
  const { atMs: _, ...message } = operand(1, 1, 1);
  const pass = (): void => watches.at(-1)?.({ ...message, at: 0 });
  return {
    one,
    pass,
    seen,
    pauses,
    advance: (ms: number) => void (nowMs += ms),
    state: () => [watches.length, closed],
  };
}

test('nothing is observed before a page is open, and after the last one was closed', async () => {
  const { one, state } = sampler(10);
  one.nextSecond();
  expect(state()).toEqual([0, 0]);
  one.start();
  expect(state()).toEqual([1, 0]);
  await one.stop();
  one.nextSecond();
  expect(state()).toEqual([1, 1]);
});

test('the times are known in which all messages were observed', async () => {
  const { one, pass, advance } = sampler(2);
  one.start();
  advance(400);
  for (let count = 0; count < 2; count += 1) pass();
  advance(600);
  one.nextSecond();
  advance(300);
  expect([one.observed(100, 400), one.observed(300, 500), one.observed(390, 1_010)]).toEqual([true, false, false]);
  expect([one.observed(1_000, 1_300), one.observed(1_200, 1_400)]).toEqual([true, false]);
  await one.stop();
  expect(one.observed(1_000, 1_300)).toBe(true);
});

test('after so many messages, observation stops until the next second', () => {
  const { one, pass, seen, pauses, advance, state } = sampler(3);
  one.start();
  advance(100);
  for (let count = 0; count < 5; count += 1) pass();
  expect([seen.length, pauses, one.limited, state()]).toEqual([3, [0], true, [1, 1]]);
  advance(900);
  one.nextSecond();
  pass();
  expect([seen.at(-1), one.limited, state()]).toEqual([1_000, false, [2, 1]]);
});
