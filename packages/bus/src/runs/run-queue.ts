import type { Failure, Success } from '@cateto/contracts';
import { limits } from '@cateto/contracts';
import { createQueueDelay } from '@cateto/protocol';
import { createAnnouncedRun } from './announced-run.ts';
import { createOriginLine } from './origin-line.ts';
import { createPutOffs } from './put-offs.ts';
import { queueLoad } from './queue-load.ts';
import { createRunTimes } from './run-times.ts';
import type { RunQueue, RunQueueOptions } from './types.ts';
import type { Admitted } from './work.ts';
import { beganMs } from './work.ts';

/*
 * Decides when a server begins the requests that it has admitted.
 *
 * In the event loop, a bounded number runs at once, in stretches of 20 ms. After each stretch, all other work of the
 * loop gets its turn. In threads, as many run as there are threads, so that requests that wait for a thread can still
 * be given back. A handler that may block the loop begins one turn after its requesters were told (announced-run.ts).
 * If it will probably take long, the requests behind it are given back first. So are requests that have waited for 100
 * ms. Requests wait in the order of turns of their origins (origin-line.ts).
 */

const stretchMs = 20;
/** From here on, others notice that the event loop was blocked. */
const noticedMs = 20;
const waitMaxMs = 100;
/** Origins of shorter runs take turns by number. */
const chargedFromMs = 0.1;
/** An event loop that is this late was blocked by a handler. Garbage collection and a busy machine delay it less. */
const lateFromMs = 100;

export function createRunQueue(options: RunQueueOptions): RunQueue {
  const { platform, runningMax, counters, answered, announce, waitLong, letGo, blocked, wasBlocked, windowIs } =
    options;
  const queueDelay = createQueueDelay();
  const times = createRunTimes(counters, windowIs);
  const waiting = createOriginLine(options.resentFirst);
  const forThreads = createOriginLine(options.resentFirst);
  const all = (): Admitted[] => [...waiting.all(), ...forThreads.all()];
  let stretchEndMs = 0;
  /** Work since the last turn that was requested. */
  let workedMs = 0;
  let running = 0;
  /** How many requests threads have. */
  let inThreads = 0;
  /**
   * The queue delay is measured over a stretch of all work. If only a bounded number runs at once, the runs themselves
   * are measured: work that waits for something else takes no time of the loop.
   */
  const bounded = runningMax < limits.requestsInFlightMax;
  let workCount = 0;
  let turnAsked = false;
  const putOffs = createPutOffs(platform, giveUntoldBack, beginInThreads);
  let openStartMs = 0;
  let openWorkBefore = 0;
  let isOpen = false;
  /** The request that has begun in the event loop and has neither returned nor answered. */
  let current: Admitted | undefined;
  let answeredMs = 0;
  /** When the last run returned or answered. The next run of a batch begins at that time, and need not read the clock. */
  let lastMs = 0;
  const announced = createAnnouncedRun({
    isLinked: options.isLinked,
    announce,
    beforeLong: (nowMs) => void (waiting.size() > 1 && giveBack(waiting.all(), nowMs)),
  });
  let lookMs = Number.POSITIVE_INFINITY;
  /** When the event loop was last found late. How long the runs of that time took is unknown. */
  let resumedMs = Number.NEGATIVE_INFINITY;
  /** When this server begins nothing more. */
  let leaveMs = Number.POSITIVE_INFINITY;

  function add(request: Admitted): void {
    const nowMs = isOpen ? lastMs : platform.nowMs();
    if (waiting.size() + forThreads.size() === 0) lookMs = Number.POSITIVE_INFINITY;
    const { run } = request.work;
    const threads = run.threads?.();
    if (threads !== undefined) {
      forThreads.push(request);
      if (!putOffs.any()) beginInThreads();
    } else if (
      !putOffs.any() &&
      waiting.size() === 0 &&
      nowMs < stretchEndMs &&
      running < runningMax &&
      !run.load.mayBlock()
    ) {
      return begin(request, nowMs);
    } else {
      waiting.push(request);
      askForTurn();
    }
    if (waiting.size() + forThreads.size() > 0) lookMs = Math.min(lookMs, nowMs + waitMaxMs);
  }

  function begin(request: Admitted, nowMs: number): void {
    running += 1;
    if (!bounded) workCount += 1;
    const { run } = request.work;
    counters.began(request, nowMs);
    // An answer may begin the next request.
    const outer = current;
    const outerMs = answeredMs;
    current = request;
    run.begin(request, answerInLoop, nowMs);
    const isAnswered = current !== request;
    lastMs = isAnswered ? answeredMs : platform.nowMs();
    current = outer;
    answeredMs = outerMs;
    if (!isAnswered) times.started(request, nowMs);
    const ms = lastMs - nowMs;
    times.returned(request, ms, isAnswered, lastMs);
    if (ms >= chargedFromMs) waiting.took(request, ms);
    if (ms > noticedMs) blocked(announced.is(request) ? nowMs : undefined);
    if (!isAnswered && bounded && waiting.size() > 0) waiting.began(request, lastMs);
  }

  function answerInLoop(request: Admitted, outcome: Success | Failure): void {
    const nowMs = platform.nowMs();
    const hasReturned = request !== current;
    if (!hasReturned) {
      current = undefined;
      answeredMs = nowMs;
    }
    running -= 1;
    if (bounded) workCount += 1;
    waiting.ended(request, nowMs);
    counters.ended(request, outcome, nowMs);
    answered(request, outcome, nowMs);
    times.answered(request, nowMs);
    if (bounded) measure(request, hasReturned, nowMs);
    if (waiting.size() > 0) askForTurn();
    else announced.over(request);
  }

  /** In the time of a run that waits for something else, as many are done as may run at once. */
  function measure(request: Admitted, hasReturned: boolean, nowMs: number): void {
    const sinceMs = beganMs(request);
    if (!hasReturned) queueDelay.took(1, nowMs - sinceMs);
    else if (sinceMs >= resumedMs) queueDelay.took(runningMax, nowMs - sinceMs);
  }

  /** Threads with quick work get their next task before they are done. */
  function beginInThreads(): void {
    if (letWaitingGo()) return;
    for (let request = forThreads.first(); request !== undefined; request = forThreads.first()) {
      const { run } = request.work;
      const threads = run.threads?.();
      if (threads === undefined) {
        // The threads could not be started.
        forThreads.shift();
        waiting.push(request);
        askForTurn();
        continue;
      }
      if (inThreads >= (run.load.isShort() ? 2 * threads : threads)) return;
      forThreads.shift();
      const nowMs = platform.nowMs();
      if (isOver(request, nowMs)) continue;
      inThreads += 1;
      forThreads.began(request, nowMs);
      counters.began(request, nowMs);
      times.started(request, nowMs);
      run.begin(request, answerFromThread, nowMs);
    }
  }

  function answerFromThread(request: Admitted, outcome: Success | Failure): void {
    const nowMs = platform.nowMs();
    forThreads.ended(request, nowMs);
    inThreads -= 1;
    counters.ended(request, outcome, nowMs);
    answered(request, outcome, nowMs);
    times.answered(request, nowMs);
    beginInThreads();
  }

  /** No requester waits for it here, so it does not begin. */
  function isOver(request: Admitted, nowMs: number): boolean {
    const { underway } = request.work;
    if (underway === undefined && request.deadlineMs > nowMs) return false;
    if (underway !== 'returned') answered(request, counters.missed(request, nowMs), nowMs);
    announced.over(request);
    return true;
  }

  /** Until a run ends, a turn would be useless. */
  function askForTurn(): void {
    if (turnAsked || running >= runningMax) return;
    turnAsked = true;
    platform.afterTurn(goOn);
  }

  function goOn(): void {
    turnAsked = false;
    if (letWaitingGo()) return;
    giveUntoldBack();
    const startMs = platform.nowMs();
    const workBefore = workCount;
    stretchEndMs = startMs + stretchMs;
    for (let nowMs = startMs; nowMs < stretchEndMs && running < runningMax; nowMs = platform.nowMs()) {
      const request = waiting.first();
      if (request === undefined) break;
      if (isOver(request, nowMs)) {
        waiting.shift();
      } else if (request.work.run.threads?.() !== undefined) {
        waiting.shift();
        forThreads.push(request);
        beginInThreads();
      } else if (announced.mayBegin(request, nowMs)) {
        waiting.shift();
        begin(request, nowMs);
      } else break;
    }
    workedMs = workedSince(startMs, workBefore);
    if ((waiting.size() > 0 && !announced.waitsForLink()) || workedMs >= stretchMs) askForTurn();
  }

  function workedSince(startMs: number, workBefore: number): number {
    const ms = platform.nowMs() - startMs;
    const pieces = workCount - workBefore;
    if (pieces > 0) queueDelay.took(pieces, ms);
    return ms;
  }

  /** An announced request begins soon. */
  const isOther = (request: Admitted): boolean => !announced.is(request);
  const mayGo = (request: Admitted): boolean => request.work.underway === undefined && isOther(request);

  /** Gives back what has waited since then. */
  function giveBack(from: readonly Admitted[], untilMs: number): void {
    const found = from.filter((request) => request.sinceMs <= untilMs && mayGo(request));
    if (found.length === 0) return;
    waitLong(found, all().filter(isOther));
    forgetReturned();
  }

  /** Gives back what may be at other servers since the event loop was blocked. */
  function giveUntoldBack(): void {
    const sinceMs = putOffs.longSinceMs();
    if (sinceMs === undefined || waiting.size() + forThreads.size() === 0) return;
    wasBlocked(all().filter(mayGo), sinceMs);
    forgetReturned();
    if (waiting.size() === 0) announced.overAll();
  }

  /** Returned requests do not wait any more, and nothing waits behind them. */
  function forgetReturned(): void {
    for (const line of [waiting, forThreads]) line.retain(({ work }) => work.underway !== 'returned');
  }

  /** @returns whether this server begins nothing more */
  function letWaitingGo(): boolean {
    if (leaveMs === Number.POSITIVE_INFINITY || platform.nowMs() < leaveMs) return false;
    const left = all();
    if (left.length > 0) letGo(left);
    forgetReturned();
    left.forEach(announced.over);
    return true;
  }

  return {
    add,
    open() {
      isOpen = true;
      openStartMs = platform.nowMs();
      lastMs = openStartMs;
      openWorkBefore = workCount;
      if (waiting.size() === 0) stretchEndMs = openStartMs + stretchMs - workedMs;
    },
    close() {
      isOpen = false;
      workedMs += workedSince(openStartMs, openWorkBefore);
      if (workedMs >= stretchMs) askForTurn();
    },
    loopSeen(lateMs) {
      if (lateMs < lateFromMs) return;
      // It is not known which of them blocked the loop.
      times.suspectAll();
      resumedMs = platform.nowMs();
    },
    linked() {
      if (waiting.size() > 0) askForTurn();
    },
    putOff: putOffs.add,
    waitMs: () => queueDelay.waitMs(waiting.size()),
    deadlineMs: () => (waiting.size() + forThreads.size() === 0 ? undefined : lookMs),
    leave() {
      leaveMs = platform.nowMs() + waitMaxMs;
      lookMs = Math.min(lookMs, leaveMs);
    },
    tick() {
      const nowMs = platform.nowMs();
      if (nowMs < lookMs || letWaitingGo()) return;
      lookMs = nowMs + waitMaxMs;
      giveBack(all(), nowMs - waitMaxMs);
    },
    load: () => queueLoad(times.announced(), all(), platform.nowMs()),
  };
}
