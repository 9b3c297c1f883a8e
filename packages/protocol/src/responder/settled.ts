/*
 * What becomes of the requests that their requester has settled (docs/wire.md, "Answering").
 *
 * Nobody waits for them any more. Their answers are forgotten. What waits for its turn is not begun, and what runs is to end:
 * another server has answered it, or its requester has given it up without a word that was heard. It holds its place until then,
 * and is forgotten unanswered.
 */
import type { SettledWord } from '../structures/settled-watermark.ts';
import { hearSettled, settledSince } from '../structures/settled-watermark.ts';
import type { Answers } from './answers.ts';
import type { KnownRequester, Running } from './records.ts';

export interface Settled {
  /** A requester says what it has settled. @returns what has been admitted of it, waits or runs, and is to be ended */
  hear(requester: KnownRequester, word: SettledWord, nowMs: number): readonly Running[];
}

const nothing: readonly Running[] = [];

export function createSettled(answers: Answers): Settled {
  return {
    hear(requester, word, nowMs) {
      const { watermark, running } = requester;
      const before = hearSettled(watermark, word, nowMs);
      if (before === undefined) return nothing;
      answers.forget(settledSince(requester.answers, before, watermark));
      if (running.size() === 0) return nothing;
      const unneeded = settledSince(running, before, watermark).filter(({ seq }) => !isDropped(requester, seq));
      if (unneeded.length === 0) return nothing;
      requester.unneeded ??= new Set();
      for (const { seq } of unneeded) requester.unneeded.add(seq);
      return unneeded;
    },
  };
}

/** Whether its outcome is to be dropped: whoever runs it was told to end it. */
export function isDropped({ cancelled, unneeded }: KnownRequester, seq: number): boolean {
  return cancelled?.has(seq) === true || unneeded?.has(seq) === true;
}
