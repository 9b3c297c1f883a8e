/*
 * The responder: the answering side of every conversation. It decides which requests run and what is published, and
 * remembers outcomes. It makes a retry with the same id safe (docs/wire.md, "Answering"): while a server lives and
 * remembers, it runs an id at most once.
 *
 * Rules:
 * - A repetition of a running id, or of one whose answer is on its way, is answered by a beat; any other from memory.
 * - Requests that their requester has settled (every seq below `settledBelow`, except the stragglers) are forgotten,
 *   and ignored while that word counts (structures/settled-watermark.ts). Waiting ones do not begin, and running ones
 *   are ended (settled.ts).
 * - A request with no time left is skipped. The outcome of a request that runs past its deadline is published and
 *   remembered like any other: a copy in flight must not run it again, and a late answer shows that a slow server is
 *   alive.
 * - A request that still runs a grace period after its deadline is given up (overdue.ts): its place is free, because a
 *   dependency that hangs must not occupy a server for ever. Its id is remembered as `deadline-exceeded`, which only a
 *   repetition receives: no requester waits for it, and giving up does not show that a server is alive. If its outcome
 *   comes later, it is dropped.
 * - A request that its requester cancels is ended; its outcome is dropped and its id remembered (cancelled.ts).
 * - Running requests are bounded by number and by the bytes of their values, and outcomes by number, bytes and age.
 * - A full server answers `overloaded` at once, and repeats that for a second. shortages.ts reports it once.
 * - Beats tell a requester which of its requests are held for longer than a moment, and how many requests keep this
 *   server busy (beats.ts).
 * - Requests that wait for long are given back, except one of each requester and new ones of others (given-back.ts).
 *   So are those that may be at another server because this one was blocked (departures.ts).
 * - When a marker appears, the outcomes of the last second are published again: their broker may have died.
 * - A draining server ignores new requests and answers repetitions from memory; departures.ts has the rest.
 */
import type { AnyFailureCode, Failure, Success } from '@cateto/contracts';
import { failure, limits } from '@cateto/contracts';
import type { KnownRequester, Running, Term } from './records.ts';
import { createAnswers, termOf } from './answers.ts';
import { createBeats } from './beats.ts';
import { createCancelled, isCancelled, rememberSilently } from './cancelled.ts';
import { createDepartures } from './departures.ts';
import { createEffects } from './effects.ts';
import { isSettled } from '../structures/settled-watermark.ts';
import { createRequesters } from './requesters.ts';
import { createOverdue } from './overdue.ts';
import { createSettled } from './settled.ts';
import { shortageFailures } from './shortage-failures.ts';
import { createShortages } from './shortages.ts';
import type { IncomingRequest, Responder, ResponderConfig, ResponderInput, RunEffect } from './types.ts';

export type * from './types.ts';

/** After this time, a repetition may find room. */
const overloadedMs = 1_000;
/** Outcomes of this time may have been lost with a broker that died. */
const republishedMs = 1_000;

const never = Number.POSITIVE_INFINITY;
const nothing: never[] = [];
const reasonOf = ({ code }: Failure): 'time' | AnyFailureCode => (code === 'overloaded' ? 'time' : code);

/** Its identity shows that a remembered answer was never published. */
const givenUpOutcome = failure('deadline-exceeded', 'its handler had not answered in time and was given up');

export function createResponder<W>(config: ResponderConfig<W> = {}): Responder<W> {
  const {
    inFlightMax = limits.requestsInFlightMax,
    inFlightBytesMax = limits.admittedBytesMax,
    rememberedMs = limits.rememberedMs,
    rememberedMax = limits.rememberedMax,
    rememberedBytesMax = limits.rememberedBytesMax,
    requestersMax = limits.requestersMax,
    handlerGraceMs = limits.handlerGraceMs,
    shareOf,
    isCongested = () => false,
    answersTo = () => nothing,
  } = config;
  const answers = createAnswers({
    termMs: { quick: rememberedMs, dear: rememberedMs, brief: overloadedMs },
    answersMax: rememberedMax,
    bytesMax: rememberedBytesMax,
    answersTo,
  });
  const requesters = createRequesters({ requestersMax, onForget: answers.evictAll });
  const cancelled = createCancelled(answers);
  const settled = createSettled(answers);
  const overdue = createOverdue(requesters, handlerGraceMs);
  const beats = createBeats(requesters, answersTo, shareOf as ((work: unknown) => number | undefined) | undefined);
  const effects = createEffects<W>();
  const { emit, publish } = effects;
  const departures = createDepartures<W>(requesters, beats, emit);
  const shortages = createShortages({
    emit,
    isFull: (what) =>
      (what === 'requests' && requesters.running() >= inFlightMax) ||
      (what === 'bytes' && 2 * requesters.bytes() > inFlightBytesMax) ||
      (what === 'requesters' && requesters.isCrowded()),
  });
  const { full, heavy, crowded } = shortageFailures({ inFlightMax, inFlightBytesMax, requestersMax });
  let answeredCount = 0;
  let repeated = 0;
  let givenUp = 0;
  let late = 0;

  function requests(input: Extract<ResponderInput<W>, { type: 'requests' }>, nowMs: number): void {
    const requester = requesters.hear(input.sender, nowMs);
    if (requester === undefined) return turnAway(input, nowMs);
    end(settled.hear(requester, input, nowMs));
    const underway = answersTo(input.sender);
    for (const request of input.requests) {
      if (underway.length > 0 && underway.includes(request.seq)) isRepeated(requester, nowMs);
      else take(requester, request, nowMs);
    }
    tellNews(requester);
  }

  /** No requester waits for these. */
  function end(runs: readonly Running[]): void {
    for (const run of runs) emit({ type: 'cancel', run: run as RunEffect<W> });
  }

  function tellNews(requester: KnownRequester): void {
    const news = beats.news(requester);
    if (news !== undefined) emit(news);
  }

  function take(requester: KnownRequester, request: IncomingRequest<W>, nowMs: number): void {
    const { seq, replyTopic, ttlMs, work, origin, bytes, refusal } = request;
    if (isSettled(requester.watermark, seq)) return;
    if (requester.running.has(seq)) return isRepeated(requester, nowMs);
    const known = requester.answers.get(seq);
    if (known !== undefined) {
      isRepeated(requester, nowMs);
      if (isCancelled(known.result.outcome) || isCongested()) return;
      return publish(known.replyTopic, requester.address, known.result);
    }
    if (isSkipped(request)) return;
    if (refusal !== undefined) {
      shortages.refuse(reasonOf(refusal), nowMs);
      answer(requester, seq, replyTopic, refusal, refusal.code === 'overloaded' ? 'brief' : 'quick', nowMs);
    } else if (requesters.running() >= inFlightMax) {
      shortages.refuse('requests', nowMs);
      answer(requester, seq, replyTopic, full, 'brief', nowMs);
    } else if (bytes !== undefined && requesters.bytes() + bytes > inFlightBytesMax && requesters.bytes() > 0) {
      shortages.refuse('bytes', nowMs);
      answer(requester, seq, replyTopic, heavy, 'brief', nowMs);
    } else {
      const run: RunEffect<W> = {
        type: 'run',
        sender: requester.address,
        seq,
        replyTopic,
        work,
        origin,
        bytes,
        sinceMs: nowMs,
        deadlineMs: nowMs + ttlMs,
      };
      requesters.begin(requester, run);
      overdue.begun(run.deadlineMs);
      beats.begun(requester, nowMs);
      emit(run);
    }
  }

  function isRepeated(requester: KnownRequester, nowMs: number): void {
    repeated += 1;
    beats.repeated(requester, nowMs);
  }

  const isSkipped = ({ ttlMs }: IncomingRequest<W>): boolean => departures.isDraining() || ttlMs <= 0;

  /** There is no room for another requester. It is told so, and uses another server. */
  function turnAway(input: Extract<ResponderInput<W>, { type: 'requests' }>, nowMs: number): void {
    const { sender, settledBelow: below, stragglers = nothing } = input;
    for (const request of input.requests) {
      const { seq, replyTopic, refusal } = request;
      if (isSettled({ below, stragglers }, seq) || isSkipped(request)) continue;
      shortages.refuse(refusal === undefined ? 'requesters' : reasonOf(refusal), nowMs);
      answeredCount += 1;
      publish(replyTopic, sender, { seq, outcome: refusal ?? crowded });
    }
  }

  function answer(
    requester: KnownRequester,
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

  function answered(sender: string, seq: number, outcome: Success | Failure, nowMs: number): void {
    const requester = requesters.find(sender);
    const run = requester?.running.get(seq);
    if (requester === undefined || run === undefined) {
      late += 1;
      return;
    }
    requesters.end(requester, seq, nowMs);
    if (cancelled.ended(requester, run, nowMs) || isSettled(requester.watermark, seq)) answeredCount += 1;
    else answer(requester, seq, run.replyTopic, outcome, termOf(run, nowMs), nowMs);
    tellNews(requester);
    departures.ended();
  }

  function cancel(input: Extract<ResponderInput<W>, { type: 'cancel' }>, nowMs: number): void {
    const requester = requesters.find(input.sender);
    // A stranger has no requests here, and gets no entry for a cancellation.
    if (requester === undefined) return;
    end(settled.hear(requester, input, nowMs));
    end(cancelled.cancel(requester, input.seqs, nowMs));
  }

  function giveUpOverdue(nowMs: number): void {
    const found = overdue.find(nowMs);
    if (found.length === 0) return;
    for (const { requester, run } of found) {
      const { sender, seq, replyTopic, work } = run as RunEffect<W>;
      requesters.end(requester, seq, nowMs);
      givenUp += 1;
      if (!cancelled.ended(requester, run, nowMs)) {
        rememberSilently(answers, requester, run, givenUpOutcome, termOf(run, nowMs), nowMs);
      }
      emit({ type: 'give-up', sender, seq, replyTopic, work });
    }
    departures.ended();
  }

  function publishAgain(nowMs: number): void {
    for (const { replyTopic, requester, result } of answers.since(nowMs - republishedMs)) {
      if (result.outcome !== givenUpOutcome && !isCancelled(result.outcome))
        publish(replyTopic, requester.address, result);
    }
  }

  function decide(input: ResponderInput<W>, nowMs: number): void {
    switch (input.type) {
      case 'requests':
        return requests(input, nowMs);
      case 'cancel':
        return cancel(input, nowMs);
      case 'answered':
        return answered(input.sender, input.seq, input.outcome, nowMs);
      case 'marker-up':
        beats.tellAgain(nowMs);
        return publishAgain(nowMs);
      case 'window':
        if (beats.windowIs(input.contract, input.window)) requesters.busy().forEach(tellNews);
        return;
      case 'waits-long':
        return departures.waitLong(input.runs, input.waiting, nowMs);
      case 'was-blocked':
        return departures.wasBlocked(input.waiting, input.sinceMs, nowMs);
      case 'announce':
        return beats.all(nowMs, input.silentMs).forEach(emit);
      case 'drain':
        return departures.drain();
      case 'let-go':
        return departures.letGo(input.runs, nowMs);
      case 'tick':
        return;
    }
  }

  return {
    handle(input, nowMs) {
      effects.begin();
      answers.forgetOld(nowMs);
      giveUpOverdue(nowMs);
      requesters.forgetQuiet(nowMs - rememberedMs);
      shortages.tellRoom(nowMs);
      // A beat that does not name a request that is answered now would overtake a large answer.
      const isAnswer = input.type === 'answered';
      if (isAnswer) beats.due(nowMs).forEach(emit);
      decide(input, nowMs);
      if (!isAnswer) beats.due(nowMs).forEach(emit);
      return effects.all();
    },
    deadlineMs() {
      const forgetMs = answers.deadlineMs() ?? never;
      const overdueMs = overdue.deadlineMs() ?? never;
      const dueMs = Math.min(forgetMs, overdueMs, beats.deadlineMs() ?? never, shortages.deadlineMs() ?? never);
      return dueMs === never ? undefined : dueMs;
    },
    counters: () => ({
      inFlight: requesters.running(),
      answered: answeredCount,
      repeated,
      refused: shortages.refused(),
      givenUp,
      late,
      remembered: answers.size(),
      requesters: requesters.size(),
      evictedEarly: answers.evictedEarly(),
    }),
  };
}
