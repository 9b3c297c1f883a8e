/*
 * The responder: the answering half of every conversation.
 *
 * Decides which requests are run and what is published, and remembers. It makes "asked again" safe
 * (docs/protocol.md, section 3, rule 2): a server runs an id at most once while it lives and remembers.
 *
 * Rules kept:
 * - A repetition of an id that is running is ignored; of one that was answered, answered from memory.
 * - What its requester has settled (every seq below `settledBelow`) is forgotten, and ignored while that is its word
 *   (settlement.ts); so is its outcome, should it still run.
 * - What comes with no time left is skipped. What runs past its deadline is published and remembered like anything
 *   else: a copy still on its way must not run it again, and by its late answer a slow server is found well.
 * - Until then it stays in flight. Work that hangs still costs what it costs; if it made room at its deadline, hanging
 *   work would pile up without end. So what runs is bounded by `inFlightMax`, and outcomes by number, bytes and age.
 * - A server that is full answers `overloaded` at once and stands by that for a second, as by every refusal of that kind.
 * - Outcomes of the last second are published again when a marker appears: the broker that held them may have died.
 * - A draining server ignores what is new, answers repetitions from memory, and is drained when nothing runs.
 */
import type { Failure, Success } from '@cateto/contracts';
import { failure, limits } from '@cateto/contracts';
import type { Term } from './answers.ts';
import { createAnswers } from './answers.ts';
import type { Requester } from './requesters.ts';
import { createRequesters } from './requesters.ts';
import type { IncomingRequest, Responder, ResponderConfig, ResponderEffect, ResponderInput, Result } from './types.ts';

export type {
  IncomingRequest,
  Responder,
  ResponderConfig,
  ResponderCounters,
  ResponderEffect,
  ResponderInput,
  Result,
} from './types.ts';

/** After it a repetition may find room. */
const overloadedMs = 1_000;
/** How far back a broker that died may have taken results with it. */
const republishedMs = 1_000;

const nothing: never[] = [];

export function createResponder<W>(config: ResponderConfig = {}): Responder<W> {
  const {
    inFlightMax = limits.requestsInFlightMax,
    rememberedMs = limits.rememberedMs,
    rememberedMax = limits.rememberedMax,
    rememberedBytesMax = limits.rememberedBytesMax,
    requestersMax = limits.requestersMax,
  } = config;
  const answers = createAnswers({
    termMs: { long: rememberedMs, brief: overloadedMs },
    answersMax: rememberedMax,
    bytesMax: rememberedBytesMax,
  });
  const requesters = createRequesters({ requestersMax, onForget: answers.evictAll });
  const full = failure('overloaded', `${inFlightMax} requests are in flight here`);
  const crowded = failure('overloaded', `${requestersMax} requesters have requests in flight here`);
  let answeredCount = 0;
  let repeated = 0;
  let draining = false;
  let drained = false;
  let effects: ResponderEffect<W>[] = nothing;
  /** The last publication of this input: results for one topic and address in a row go together. */
  let publication: { readonly topic: string; readonly to: string; readonly results: Result[] } | undefined;

  /** Most inputs have one effect or none: an array of its own only for those that have, and of its length. */
  function emit(effect: ResponderEffect<W>): void {
    if (effects.length === 0) effects = [effect];
    else effects.push(effect);
  }

  function requests(input: Extract<ResponderInput<W>, { type: 'requests' }>, nowMs: number): void {
    const requester = requesters.hear(input.sender, nowMs);
    if (requester === undefined) {
      turnAway(input.sender, input.settledBelow, input.requests);
      return;
    }
    answers.settle(requester, input.settledBelow, nowMs);
    for (const request of input.requests) take(requester, request, nowMs);
  }

  function take(requester: Requester, request: IncomingRequest<W>, nowMs: number): void {
    const { seq, replyTopic, ttlMs, work, refusal } = request;
    if (seq < requester.settlement.below) return;
    if (requester.running.has(seq)) {
      repeated += 1;
      return;
    }
    const known = requester.answers.get(seq);
    if (known !== undefined) {
      repeated += 1;
      publish(known.replyTopic, requester.address, known.result);
      return;
    }
    if (isSkipped(request)) return;
    if (refusal !== undefined) {
      answer(requester, seq, replyTopic, refusal, refusal.code === 'overloaded' ? 'brief' : 'long', nowMs);
    } else if (requesters.running() >= inFlightMax) {
      answer(requester, seq, replyTopic, full, 'brief', nowMs);
    } else {
      requesters.begin(requester, seq, replyTopic);
      emit({ type: 'run', sender: requester.address, seq, work, deadlineMs: nowMs + ttlMs });
    }
  }

  function isSkipped({ ttlMs }: IncomingRequest<W>): boolean {
    return draining || ttlMs <= 0;
  }

  /** Nothing can be noted about one more requester: told so, they ask another server. */
  function turnAway(sender: string, settledBelow: number, turnedAway: readonly IncomingRequest<W>[]): void {
    for (const request of turnedAway) {
      const { seq, replyTopic, refusal } = request;
      if (seq < settledBelow || isSkipped(request)) continue;
      answeredCount += 1;
      publish(replyTopic, sender, { seq, outcome: refusal ?? crowded });
    }
  }

  function answer(
    requester: Requester,
    seq: number,
    replyTopic: string,
    outcome: Success | Failure,
    term: Term,
    nowMs: number,
  ): void {
    const result = { seq, outcome };
    answeredCount += 1;
    answers.remember(requester, replyTopic, result, term, nowMs);
    publish(replyTopic, requester.address, result);
  }

  function publish(topic: string, to: string, result: Result): void {
    if (publication?.topic === topic && publication.to === to) {
      publication.results.push(result);
      return;
    }
    const begun = { type: 'publish' as const, topic, to, results: [result] };
    publication = begun;
    emit(begun);
  }

  function answered(sender: string, seq: number, outcome: Success | Failure, nowMs: number): void {
    const requester = requesters.find(sender);
    const replyTopic = requester?.running.get(seq);
    if (requester === undefined || replyTopic === undefined) return;
    requesters.end(requester, seq, nowMs);
    if (seq >= requester.settlement.below) answer(requester, seq, replyTopic, outcome, 'long', nowMs);
    else answeredCount += 1;
    endDrain();
  }

  function publishAgain(nowMs: number): void {
    for (const { replyTopic, requester, result } of answers.since(nowMs - republishedMs)) {
      publish(replyTopic, requester.address, result);
    }
  }

  function endDrain(): void {
    if (!draining || drained || requesters.running() > 0) return;
    drained = true;
    emit({ type: 'drained' });
  }

  function decide(input: ResponderInput<W>, nowMs: number): void {
    switch (input.type) {
      case 'requests':
        return requests(input, nowMs);
      case 'answered':
        return answered(input.sender, input.seq, input.outcome, nowMs);
      case 'marker-up':
        return publishAgain(nowMs);
      case 'drain':
        draining = true;
        return endDrain();
      case 'tick':
        return;
    }
  }

  return {
    handle(input, nowMs) {
      effects = nothing;
      publication = undefined;
      answers.forgetOld(nowMs);
      requesters.forgetQuiet(nowMs - rememberedMs);
      decide(input, nowMs);
      return effects;
    },
    deadlineMs: answers.deadlineMs,
    counters: () => ({
      inFlight: requesters.running(),
      answered: answeredCount,
      repeated,
      remembered: answers.size(),
      requesters: requesters.size(),
      evictedEarly: answers.evictedEarly(),
    }),
  };
}
