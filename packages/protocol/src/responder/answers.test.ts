import { describe, expect, test } from 'vitest';
import { a, published, setUp } from './asking.test-support.ts';
import type { ResponderConfig } from './types.ts';

/** Answers requests, each after it has been here for a while, and reports which answers are still remembered. */
function setUpAnswering(config: ResponderConfig<string>) {
  const { askFor, answer, at, responder } = setUp(config);
  return {
    responder,
    answerAfter(ms: number, ...seqs: readonly number[]): void {
      for (const seq of seqs) askFor(seq, a, { ttlMs: 60_000 });
      at.nowMs += ms;
      for (const seq of seqs) answer(seq, a, 'x'.repeat(100));
    },
    remembered: (...seqs: readonly number[]): readonly number[] =>
      seqs.filter((seq) => published(askFor(seq, a, { ttlMs: 0 })).length > 0),
  };
}

describe('lack of room', () => {
  test('for lack of room, answers that took longer than a second are forgotten last, however old they are', () => {
    const { answerAfter, remembered, responder } = setUpAnswering({ rememberedMax: 4 });
    answerAfter(1_001, 1, 2);
    answerAfter(1_000, 3, 4, 5, 6);
    expect(remembered(1, 2, 3, 4, 5, 6)).toEqual([1, 2, 5, 6]);
    expect(responder.counters().evictedEarly).toBe(2);
  });

  test('answers that took long get half of the room, by number and by bytes, and no more if others need it', () => {
    const byNumber = setUpAnswering({ rememberedMax: 4 });
    byNumber.answerAfter(2_000, 1, 2, 3, 4);
    expect(byNumber.remembered(1, 2, 3, 4)).toEqual([1, 2, 3, 4]);
    byNumber.answerAfter(0, 5, 6);
    expect(byNumber.remembered(1, 2, 3, 4, 5, 6)).toEqual([3, 4, 5, 6]);
    // Each takes 224 bytes.
    const byBytes = setUpAnswering({ rememberedBytesMax: 900 });
    byBytes.answerAfter(2_000, 1, 2, 3, 4);
    byBytes.answerAfter(0, 5, 6, 7);
    expect(byBytes.remembered(1, 2, 3, 4, 5, 6, 7)).toEqual([3, 4, 6, 7]);
  });
});
