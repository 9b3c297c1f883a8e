import { isFailure } from '@cateto/contracts';
import type { Linked } from '../structures/intrusive-list.ts';
import { createIntrusiveList } from '../structures/intrusive-list.ts';
import { hearSettled } from '../structures/settled-watermark.ts';
import { memoryEstimate } from '../structures/memory-estimate.ts';
import type { KnownRequester } from './requesters.ts';
import type { Result } from './types.ts';

/*
 * The outcomes that a responder remembers.
 *
 * One is forgotten when its requester has settled it, when it is too old, or when there is no room: then the oldest
 * goes, those of brief term before all others, because nothing ran for them. Whatever else goes for want of room is
 * counted: its id would be run again.
 */

export interface Answer extends Linked<Answer> {
  readonly requester: KnownRequester;
  readonly replyTopic: string;
  readonly result: Result;
  readonly term: Term;
  readonly untilMs: number;
  readonly givenMs: number;
  /** What its outcome takes, beyond what every answer does; those of brief term share theirs. */
  readonly bytes: number;
}

/** As long as a repetition may come, or no longer than what it says is likely to be true. */
export type Term = 'long' | 'brief';

export interface AnswersConfig {
  /** How long each term is. */
  readonly termMs: Readonly<Record<Term, number>>;
  readonly answersMax: number;
  /** What all outcomes together may take. */
  readonly bytesMax: number;
}

export interface Answers {
  /** The id must not be remembered already. */
  remember(requester: KnownRequester, replyTopic: string, result: Result, term: Term, nowMs: number): void;
  /** A requester says that it has settled every id below. */
  settle(requester: KnownRequester, below: number, nowMs: number): void;
  /** Makes room of everything that is remembered for a requester. */
  evictAll(requester: KnownRequester): void;
  /** What was given since then: the oldest first, those of brief term after all others. */
  since(sinceMs: number): readonly Answer[];
  forgetOld(nowMs: number): void;
  /** When the next one is to be forgotten. */
  deadlineMs(): number | undefined;
  size(): number;
  evictedEarly(): number;
}

export function createAnswers({ termMs, answersMax, bytesMax }: AnswersConfig): Answers {
  // Within a term they grow old in the order in which they were given.
  const long = createIntrusiveList<Answer>();
  const brief = createIntrusiveList<Answer>();
  let bytes = 0;
  let evictedEarly = 0;

  function forget(answer: Answer): void {
    answer.requester.answers.delete(answer.result.seq);
    bytes -= answer.bytes;
    (answer.term === 'long' ? long : brief).remove(answer);
  }

  function evict(answer: Answer): void {
    if (answer.term === 'long') evictedEarly += 1;
    forget(answer);
  }

  function oldest(): Answer | undefined {
    const first = long.oldest();
    const other = brief.oldest();
    return first === undefined || (other !== undefined && other.untilMs < first.untilMs) ? other : first;
  }

  return {
    remember(requester, replyTopic, result, term, nowMs) {
      const order = term === 'long' ? long : brief;
      const answer: Answer = {
        requester,
        replyTopic,
        result,
        term,
        untilMs: nowMs + termMs[term],
        givenMs: nowMs,
        bytes: term === 'brief' ? 0 : memoryOfOutcome(result),
        older: undefined,
        newer: undefined,
      };
      requester.answers.set(result.seq, answer);
      order.add(answer);
      bytes += answer.bytes;
      while (long.size() + brief.size() > answersMax || bytes > bytesMax) {
        const inTheWay = brief.oldest() ?? long.oldest();
        if (inTheWay === undefined) return;
        evict(inTheWay);
      }
    },
    settle(requester, below, nowMs) {
      const settledBefore = requester.watermark.below;
      if (!hearSettled(requester.watermark, below, nowMs)) return;
      for (const answer of requester.answers.between(settledBefore, below)) forget(answer);
    },
    evictAll(requester) {
      for (const answer of requester.answers.values()) evict(answer);
    },
    since: (sinceMs) => [...givenSince(long, sinceMs), ...givenSince(brief, sinceMs)],
    forgetOld(nowMs) {
      for (let one = oldest(); one !== undefined && one.untilMs <= nowMs; one = oldest()) forget(one);
    },
    deadlineMs: () => oldest()?.untilMs,
    size: () => long.size() + brief.size(),
    evictedEarly: () => evictedEarly,
  };
}

function memoryOfOutcome({ outcome }: Result): number {
  return memoryEstimate(isFailure(outcome) ? outcome.message : outcome.value);
}

function givenSince(order: { newest(): Answer | undefined }, sinceMs: number): Answer[] {
  const found: Answer[] = [];
  for (let one = order.newest(); one !== undefined && one.givenMs >= sinceMs; one = one.older) {
    found.push(one);
  }
  return found.toReversed();
}
