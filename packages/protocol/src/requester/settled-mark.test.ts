import { describe, expect, test } from 'vitest';
import { a, setUpReady } from './requester.test-support.ts';

const callMs = { deadlineMs: 600_000 };

/** A requester whose server answers what the test says. The first request is slow. */
function setUpSlow(stragglersMax?: number) {
  const made = setUpReady(stragglersMax === undefined ? {} : { stragglersMax });
  made.up(a);
  const told = (): [below: number, stragglers: readonly number[] | undefined] => [
    made.requester.settledBelow(),
    made.requester.stragglers(),
  ];
  const calls = (...seqs: readonly number[]): void => seqs.forEach((seq) => made.call(seq, callMs));
  const answers = (...seqs: readonly number[]): void => seqs.forEach((seq) => made.answer(a, seq));
  return { ...made, told, calls, answers };
}

describe('the settled watermark', () => {
  test('everything below the oldest request counts as settled for a second, and then everything except that request', () => {
    const { told, calls, answers, runTo } = setUpSlow();
    calls(1, 2, 3);
    answers(2, 3);
    runTo(999);
    expect(told()).toEqual([1, undefined]);
    runTo(1_000);
    calls(4);
    expect(told()).toEqual([4, [1]]);
    answers(4);
    expect(told()).toEqual([5, [1]]);
  });

  test('no straggler is named where nothing above it has settled', () => {
    const { told, calls, answers, runTo } = setUpSlow();
    calls(1, 2, 3);
    runTo(5_000);
    calls(4);
    expect(told()).toEqual([1, undefined]);
    answers(2);
    expect(told()).toEqual([3, [1]]);
  });

  test('a straggler is named until it has settled, and the watermark does not fall meanwhile', () => {
    const { told, calls, answers, runTo } = setUpSlow();
    calls(1, 2, 3);
    answers(3);
    runTo(1_500);
    calls(4);
    expect(told()).toEqual([4, [1, 2]]);
    answers(1);
    expect(told()).toEqual([4, [2]]);
    answers(2, 4);
    expect(told()).toEqual([5, undefined]);
  });

  test('the 64 oldest stragglers are named, and the next one holds the watermark down', () => {
    const { told, calls, answers, runTo } = setUpSlow();
    const slow = Array.from({ length: 100 }, (_, index) => index + 1);
    calls(...slow, 101);
    answers(101);
    runTo(2_000);
    calls(102);
    expect(told()).toEqual([65, slow.slice(0, 64)]);
    answers(7);
    expect(told()).toEqual([66, [...slow.slice(0, 6), ...slow.slice(7, 65)]]);
  });

  test('a cancelled straggler is settled', () => {
    const { told, calls, answers, runTo, handle } = setUpSlow();
    calls(1, 2);
    answers(2);
    runTo(1_000);
    calls(3);
    expect(told()).toEqual([3, [1]]);
    handle({ type: 'cancel', seq: 1 });
    expect(told()).toEqual([3, undefined]);
  });
});
