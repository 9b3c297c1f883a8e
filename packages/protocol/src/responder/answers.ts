import { isFailure } from '@cateto/contracts';
import { createIntrusiveList } from '../structures/intrusive-list.ts';
import { memoryEstimate } from '../structures/memory-estimate.ts';
import type { Answer, KnownRequester, Running, Term } from './records.ts';
import type { Result } from './types.ts';

/*
 * The outcomes that a responder remembers.
 *
 * An outcome is forgotten when its requester has settled it, when it is too old, or when room is needed: then the
 * oldest goes first. Outcomes of brief term go before all others, because nothing ran for them. Outcomes that took long
 * go last, because computing them again is expensive; but they get at most half of the room, so that some is left for
 * the others. An outcome that is forgotten for lack of room and is not of brief term is counted, because a repetition
 * of its id would run again.
 */

export interface AnswersConfig {
  /** The duration of each term. */
  readonly termMs: Readonly<Record<Term, number>>;
  readonly answersMax: number;
  /** The bound for all outcomes together, in bytes. */
  readonly bytesMax: number;
  /** The seqs of answers to a requester that are on their way. A copy of their request does not run. */
  readonly answersTo: (requester: string) => readonly number[];
}

export interface Answers {
  /** The id must not be remembered already. */
  remember(requester: KnownRequester, replyTopic: string, result: Result, term: Term, nowMs: number): void;
  /** Their requester has settled them. */
  forget(settled: readonly Answer[]): void;
  /** Forgets everything that is remembered for a requester, to make room. */
  evictAll(requester: KnownRequester): void;
  /** The answers since then, the oldest first, those of brief term last. */
  since(sinceMs: number): readonly Answer[];
  forgetOld(nowMs: number): void;
  /** When the next answer is to be forgotten. */
  deadlineMs(): number | undefined;
  size(): number;
  evictedEarly(): number;
}

/** Outcomes that took longer are forgotten last. */
const dearFromMs = 1_000;

/** The term depends on how long the request was here, including its wait: a repetition would have to wait again. */
export function termOf({ sinceMs }: Running, nowMs: number): Term {
  return nowMs - sinceMs > dearFromMs ? 'dear' : 'quick';
}

export function createAnswers({ termMs, answersMax, bytesMax, answersTo }: AnswersConfig): Answers {
  // Within a term, answers age in the order in which they were given.
  const quick = createIntrusiveList<Answer>();
  const dear = createIntrusiveList<Answer>();
  const brief = createIntrusiveList<Answer>();
  const orders = { quick, dear, brief };
  let bytes = 0;
  let dearBytes = 0;
  let evictedEarly = 0;

  const size = (): number => quick.size() + dear.size() + brief.size();

  function weigh({ term }: Answer, more: number): void {
    bytes += more;
    if (term === 'dear') dearBytes += more;
  }

  function forget(answer: Answer): void {
    answer.requester.answers.delete(answer.result.seq);
    weigh(answer, -answer.bytes);
    orders[answer.term].remove(answer);
  }

  function evict(answer: Answer): void {
    const { requester, result, term } = answer;
    if (term !== 'brief' && !answersTo(requester.address).includes(result.seq)) evictedEarly += 1;
    forget(answer);
  }

  function oldest(): Answer | undefined {
    return earlier(earlier(quick.oldest(), dear.oldest()), brief.oldest());
  }

  function inTheWay(): Answer | undefined {
    const dearest = dear.oldest();
    const isHalfDear = 2 * dear.size() > answersMax || 2 * dearBytes > bytesMax;
    return brief.oldest() ?? (isHalfDear ? dearest : quick.oldest()) ?? dearest;
  }

  return {
    remember(requester, replyTopic, result, term, nowMs) {
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
      orders[term].add(answer);
      weigh(answer, answer.bytes);
      while (size() > answersMax || bytes > bytesMax) {
        const evicted = inTheWay();
        if (evicted === undefined) return;
        evict(evicted);
      }
    },
    forget: (settled) => settled.forEach(forget),
    evictAll(requester) {
      for (const answer of requester.answers.values()) evict(answer);
    },
    since(sinceMs) {
      const given = [...givenSince(quick, sinceMs), ...givenSince(dear, sinceMs)];
      return [...given.toSorted((one, other) => one.givenMs - other.givenMs), ...givenSince(brief, sinceMs)];
    },
    forgetOld(nowMs) {
      for (let one = oldest(); one !== undefined && one.untilMs <= nowMs; one = oldest()) forget(one);
    },
    deadlineMs: () => oldest()?.untilMs,
    size,
    evictedEarly: () => evictedEarly,
  };
}

function earlier(one: Answer | undefined, other: Answer | undefined): Answer | undefined {
  return one === undefined || (other !== undefined && other.untilMs < one.untilMs) ? other : one;
}

function memoryOfOutcome({ outcome }: Result): number {
  if (!isFailure(outcome)) return memoryEstimate(outcome.value);
  const { message, data } = outcome;
  return memoryEstimate(message) + (data === undefined ? 0 : memoryEstimate(data));
}

function givenSince(order: { newest(): Answer | undefined }, sinceMs: number): Answer[] {
  const found: Answer[] = [];
  for (let one = order.newest(); one !== undefined && one.givenMs >= sinceMs; one = one.older) {
    found.push(one);
  }
  return found.toReversed();
}
