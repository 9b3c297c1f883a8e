/*
 * Requests that their requester has settled (docs/wire.md, "Answering"). No requester waits for them any more. Their
 * answers are forgotten, waiting ones do not begin, and running ones are to end: another server has answered them, or
 * the requester has given them up and its cancellation was lost. A running request keeps its place until it has ended,
 * and is then forgotten without an answer.
 */
import type { SettledWord } from '../structures/settled-watermark.ts';
import { hearSettled, settledSince } from '../structures/settled-watermark.ts';
import type { Answers } from './answers.ts';
import type { KnownRequester, Running } from './records.ts';

export interface Settled {
  /** A requester sends its word. @returns its waiting and running requests that are to be ended */
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

/** Whether the outcome is to be dropped, because the code that runs it was told to end. */
export function isDropped({ cancelled, unneeded }: KnownRequester, seq: number): boolean {
  return cancelled?.has(seq) === true || unneeded?.has(seq) === true;
}
