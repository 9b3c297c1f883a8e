import type { Failure, ResultMessage, Success } from '@cateto/contracts';
import { beatTopic, beatWire, cancelTopic, failure, limits, readCancel, resultMessage } from '@cateto/contracts';
import type { IncomingRequest, ResponderCounters, ResponderEffect, ResponderInput } from '@cateto/protocol';
import { createLoopWatch, createPace, createResponder } from '@cateto/protocol';
import { createBlocking } from './blocking.ts';
import type { OnEvent } from './events.ts';
import { cancelRun } from './handler-contexts.ts';
import type { Participant } from './participant.ts';
import type { RunCounts } from './run-counters.ts';
import { createRunCounters } from './run-counters.ts';
import { createTally } from './tally.ts';
import type { Admitted, Run, Work } from './work.ts';
import { refusedLate } from './work.ts';

const tooLate = failure('deadline-exceeded', 'no turn came before the deadline');
/**
 * After so much work whatever else waits for the loop gets its turn: beats, subscriptions, other requests. Messages that
 * lie ready are read one after the other without one: what each of them costs is added up.
 */
const stretchMs = 20;
/** As for the first beats of what does not block: a short limit must not make a server that is at work seem lost. */
const silentLeastMs = 2_000;
/** Of those that have begun, as many as a waiting list may still hold. */
const begunMax = 1_024;

/** `T` are the topics on which the role may answer. */
export interface ResponsesOptions<T extends string> {
  publish(topic: T, to: string, message: ResultMessage): void;
  readonly onEvent: OnEvent;
  /** Requests that run at once, besides those elsewhere; others wait for their turn. As many as there are unless given. */
  readonly runningMax?: number | undefined;
}

/** The driver of a participant's responder. */
export interface Responses {
  /** Answers the requests of one batch: each is run unless it was before. */
  accept(sender: string, settledBelow: number, requests: readonly IncomingRequest<Work>[]): void;
  /** Tells requesters of whom something runs that it is at work on that. */
  sayAtWork(): void;
  /** What still runs is answered by nobody here: its requesters are told so. */
  letGo(): void;
  /** Takes no new work; resolves when what runs is answered. */
  drain(): Promise<void>;
  /** Reports what is not reported yet. */
  close(): void;
  counters(): ResponderCounters;
  runCounts(): RunCounts;
}

export function createResponses<T extends string>(
  participant: Participant,
  { publish, onEvent, runningMax = Number.POSITIVE_INFINITY }: ResponsesOptions<T>,
): Responses {
  const { platform } = participant;
  const responder = createResponder<Work>();
  const loop = createLoopWatch();
  const pace = createPace();
  const givenUp = createTally(platform, (topic, _cause, count) => onEvent({ event: 'request-given-up', topic, count }));
  const runCounters = createRunCounters(platform);
  let drained: (() => void) | undefined;
  /** Admitted, but put off because what came before took long; the first `begun` of them are not any more. */
  let waiting: Admitted[] = [];
  let begun = 0;
  let stretchEndMs = 0;
  /** Work since the last turn that was asked for. */
  let workedMs = 0;
  let running = 0;
  /** Of all that is done a stretch shows the pace; where only so many run at once, of what does not wait for anything else. */
  const bounded = runningMax < limits.requestsInFlightMax;
  let workCount = 0;
  /** Since when as many run as may, or when the last of those was done. */
  let fullSinceMs = 0;
  let turnAsked = false;
  const blocking = createBlocking();
  /** What was begun last and when, until the loop is seen again. */
  let begunKind: Run | undefined;
  let begunMs = 0;
  /** The request of which everybody was told that its handler may block. */
  let announced: Admitted | undefined;
  let hasLetGo = false;
  /** When a timer is to look at what runs. */
  let lookMs = Number.POSITIVE_INFINITY;

  function handle(input: ResponderInput<Work>): void {
    const nowMs = platform.nowMs();
    blocking.seen(nowMs - lookMs);
    for (const effect of responder.handle(input, nowMs)) perform(effect);
  }

  function perform(effect: ResponderEffect<Work>): void {
    switch (effect.type) {
      case 'run':
        return runOrPutOff(effect);
      case 'publish':
        for (const { seq, outcome } of effect.results) {
          publish(effect.topic as T, effect.to, resultMessage(seq, outcome));
        }
        return;
      case 'beat': {
        const { to, silentMs } = effect;
        const held = hasLetGo ? [] : [...effect.held];
        return participant.publish(beatTopic, to, beatWire.write({ held, silentMs: hasLetGo ? 0 : limited(silentMs) }));
      }
      case 'give-up':
        return givenUp.count(effect.replyTopic, '');
      case 'cancel':
        return cancel(effect.run.work);
      case 'full':
        return onEvent({ event: 'server-full', what: effect.what, inFlight: responder.counters().inFlight });
      case 'has-room':
        return tellRoom(effect);
      case 'drained':
        return drained?.();
    }
  }

  function cancel(work: Work): void {
    const { underway } = work;
    work.underway = 'cancelled';
    if (typeof underway === 'object') cancelRun(underway);
  }

  function tellRoom({ what, forMs, refused }: Extract<ResponderEffect<Work>, { type: 'has-room' }>): void {
    const { inFlight } = responder.counters();
    onEvent({ event: 'server-has-room', what, inFlight, forMs: Math.round(forMs), refused });
  }

  function runOrPutOff(request: Admitted): void {
    const nowMs = platform.nowMs();
    endRun(nowMs);
    if (request.work.run.elsewhere?.() === true) return runElsewhere(request);
    const atOnce = waiting.length === 0 && nowMs < stretchEndMs && running < runningMax && !mayBlock(request);
    if (atOnce) return run(request, nowMs);
    waiting.push(request);
    askForTurn();
  }

  function runElsewhere(request: Admitted): void {
    runCounters.began(request);
    request.work.run(request, answerElsewhere);
  }

  function run(request: Admitted, nowMs: number): void {
    running += 1;
    if (!bounded) workCount += 1;
    if (running === runningMax) fullSinceMs = nowMs;
    [begunKind, begunMs] = [request.work.run, nowMs];
    runCounters.began(request);
    request.work.run(request, answer);
  }

  /** The run that was begun last has returned to the loop by now. */
  function endRun(nowMs: number): void {
    if (begunKind !== undefined) blocking.took(begunKind, nowMs - begunMs);
    begunKind = undefined;
  }

  /** What runs elsewhere blocks nothing here. */
  function mayBlock({ work }: Admitted): boolean {
    return work.run.elsewhere?.() !== true && blocking.mayBlock(work.run);
  }

  /** A handler that may block begins in the turn after the one in which everybody was told. */
  function isAnnounced(request: Admitted, nowMs: number): boolean {
    if (announced === request || !mayBlock(request)) return true;
    announced = request;
    const { maxMs = Number.POSITIVE_INFINITY } = request.work.run;
    handle({ type: 'announce', silentMs: Math.min(request.deadlineMs - nowMs, Math.max(maxMs, silentLeastMs)) });
    return false;
  }

  function announce(silentMs: number): void {
    if (responder.counters().inFlight > 0) handle({ type: 'announce', silentMs });
  }

  function answer(request: Admitted, outcome: Success | Failure): void {
    const { sender, seq } = request;
    // Of work that runs elsewhere the pace shows only while all that may run does.
    if (running === runningMax) pace.took(1, platform.nowMs() - fullSinceMs);
    running -= 1;
    if (bounded) workCount += 1;
    runCounters.ended(request, outcome);
    handle({ type: 'answered', sender, seq, outcome });
    if (begun < waiting.length) askForTurn();
    else if (request === announced) handle({ type: 'announce', silentMs: 0 });
  }

  function answerElsewhere(request: Admitted, outcome: Success | Failure): void {
    const { sender, seq } = request;
    runCounters.ended(request, outcome);
    handle({ type: 'answered', sender, seq, outcome });
  }

  function giveUp({ sender, seq }: Admitted): void {
    handle({ type: 'answered', sender, seq, outcome: tooLate });
  }

  /** Until something that runs is done, a turn would be of no use. */
  function askForTurn(): void {
    if (turnAsked || running >= runningMax) return;
    turnAsked = true;
    platform.afterTurn(goOn);
  }

  function watchLoop(busy: boolean): void {
    loop.handle({ type: 'seen', busy, waitMs: pace.waitMs(waiting.length - begun) }, platform.nowMs());
  }

  /** The next stretch of what was put off. For what is past its deadline nobody waits. */
  function goOn(): void {
    turnAsked = false;
    const startMs = platform.nowMs();
    const workBefore = workCount;
    stretchEndMs = startMs + stretchMs;
    for (let nowMs = platform.nowMs(); nowMs < stretchEndMs && running < runningMax; nowMs = platform.nowMs()) {
      endRun(nowMs);
      const request = waiting[begun];
      if (request === undefined || !(request.deadlineMs <= nowMs || isAnnounced(request, nowMs))) break;
      begun += 1;
      if (request.deadlineMs <= nowMs || request.work.underway === 'cancelled') giveUp(request);
      else if (request.work.run.elsewhere?.() === true) runElsewhere(request);
      else run(request, nowMs);
    }
    workedMs = workedSince(startMs, workBefore);
    forgetBegun();
    if (begun < waiting.length || workedMs >= stretchMs) askForTurn();
  }

  /** @returns for how long */
  function workedSince(startMs: number, workBefore: number): number {
    const nowMs = platform.nowMs();
    endRun(nowMs);
    const ms = nowMs - startMs;
    const pieces = workCount - workBefore;
    if (pieces > 0) pace.took(pieces, ms);
    return ms;
  }

  /** A queue that is never empty must not keep what has left it; moved now and then, each costs little. */
  function forgetBegun(): void {
    if (begun < waiting.length && begun < begunMax) return;
    waiting = waiting.slice(begun);
    begun = 0;
  }

  participant.receive(cancelTopic, readCancel, (messages, { sender, settledBelow }) => {
    for (const seqs of messages) handle({ type: 'cancel', sender, settledBelow, seqs });
    participant.rearm();
  });
  participant.subscribe(cancelTopic);
  participant.table('remembered', () => responder.counters().remembered);
  participant.table('requesters', () => responder.counters().requesters);
  participant.attach({
    tableChanged(change) {
      if (change.type === 'marker-up') handle({ type: 'marker-up' });
    },
    deadlineMs() {
      const dueMs = responder.deadlineMs() ?? Number.POSITIVE_INFINITY;
      const seenDueMs = loop.deadlineMs() ?? Number.POSITIVE_INFINITY;
      lookMs = Math.min(dueMs, seenDueMs);
      return lookMs;
    },
    tick() {
      watchLoop(responder.counters().inFlight > 0);
      handle({ type: 'tick' });
    },
  });

  return {
    accept(sender, settledBelow, requests) {
      watchLoop(true);
      const startMs = platform.nowMs();
      const workBefore = workCount;
      if (waiting.length === 0) stretchEndMs = startMs + stretchMs - workedMs;
      const taken = loop.isLate() ? requests.map(refusedLate) : requests;
      handle({ type: 'requests', sender, settledBelow, requests: taken });
      workedMs += workedSince(startMs, workBefore);
      if (workedMs >= stretchMs) askForTurn();
      watchLoop(responder.counters().inFlight > 0);
      participant.rearm();
    },
    sayAtWork: () => announce(silentLeastMs),
    letGo() {
      hasLetGo = true;
      announce(0);
    },
    drain: () =>
      new Promise((resolve) => {
        drained = resolve;
        handle({ type: 'drain' });
      }),
    close: givenUp.close,
    counters: responder.counters,
    runCounts: () => runCounters.counts(responder.counters().givenUp),
  };
}

function limited(ms: number): number {
  return Math.min(Math.max(0, ms), limits.ttlMsMax);
}
