import type { Failure, Success } from '@cateto/contracts';
import { failure, limits } from '@cateto/contracts';
import { createQueueDelay } from '@cateto/protocol';
import type { Fifo } from './fifo.ts';
import { createFifo } from './fifo.ts';
import type { Platform } from '../link/link.ts';
import type { QueueLoad } from './queue-load.ts';
import { queueLoad } from './queue-load.ts';
import type { RunCounters } from './run-counters.ts';
import { isGivenUp } from './run-counters.ts';
import type { Admitted, Run } from './work.ts';

/*
 * Decides when a server begins the requests that it has admitted.
 *
 * In the event loop, a bounded number runs at once, in stretches of 20 ms. After each stretch, all other work of the
 * loop gets its turn. In threads, as many run as there are threads, so that requests that wait for a thread can still
 * be given back. A handler that may block the loop begins one turn after its requesters were told. If it will probably
 * take long, the requests behind it are given back first. So are requests that have waited for 100 ms.
 */

export interface RunQueue {
  /** Begins the request now or later. `answered` is called once, unless the request was given back. */
  add(request: Admitted): void;
  /** A batch of requests is about to be added (`open`), or was added. */
  open(): void;
  close(): void;
  /**
   * The event loop is this much later than planned. An asynchronous handler may have blocked it after it had returned.
   */
  loopSeen(lateMs: number): void;
  /** How long the next request will wait for the event loop. */
  waitMs(): number;
  /** When to check whether a request has waited for long. */
  deadlineMs(): number | undefined;
  /** This server drains: requests that have not begun 100 ms from now are given back. */
  leave(): void;
  tick(): void;
  /** Their requester has sent these to another server: those that have not begun do not begin. */
  withdraw(sender: string, seqs: readonly number[]): void;
  /**
   * The event loop was blocked. Requests that are added from now on begin at least one turn later: by then the server
   * has read the other messages of that time, which may withdraw them.
   */
  putOff(): void;
  load(): QueueLoad;
}

export interface RunQueueOptions {
  readonly platform: Platform;
  /** How many requests run at once in the event loop. */
  readonly runningMax: number;
  readonly counters: RunCounters;
  answered(request: Admitted, outcome: Success | Failure, nowMs: number): void;
  /**
   * A handler may block the event loop for this long; 0 means that it has not, or is over. Requesters are to be told.
   */
  announce(silentMs: number): void;
  /**
   * These requests have waited for long, or will. Those that are given back are marked `returned` when this returns.
   */
  waitLong(requests: readonly Admitted[]): void;
  /** This server drains and begins none of these requests. All of them are marked `returned` when this returns. */
  letGo(requests: readonly Admitted[]): void;
  /** A handler has blocked the event loop for long enough to be noticed. */
  blocked(): void;
  /** These were withdrawn and have not begun; they are marked `returned` when this returns. */
  withdrawn(requests: readonly Admitted[]): void;
  /** This many requests of one requester keep the server busy. */
  windowIs(contract: string, window: number): void;
  /**
   * The order of waiting requests; unless given, first come, first served. Called once for the event loop and once for
   * the threads.
   */
  readonly line?: (() => Line) | undefined;
}

/** Requests that wait for their turn. */
export interface Line extends Fifo<Admitted> {
  /** A request that had its turn has blocked the event loop, or occupied a thread, for this long. */
  took(request: Admitted, blockedMs: number): void;
}

const tooLate = failure('deadline-exceeded', 'its turn did not come before the deadline');
const stretchMs = 20;
/** From here on, others notice that the event loop was blocked. */
const noticedMs = 20;
/** The same as for the first beats of work that does not block: a short limit must not make a busy server seem lost. */
export const silentLeastMs = 2_000;
const waitMaxMs = 100;
/**
 * From this delay on, a late event loop is attributed to a handler. Garbage collection and a busy machine cause less.
 */
const lateFromMs = 100;
/** The window of a kind is checked after each of its first runs, and then after every so many. */
const firstLooks = 32;
const lookEveryMs = 10;

const asTheyCame = (): Line => ({ ...createFifo<Admitted>(), took: () => undefined });

export function createRunQueue(options: RunQueueOptions): RunQueue {
  const { platform, runningMax, counters, answered, announce, line = asTheyCame } = options;
  const { waitLong, letGo, withdrawn, blocked, windowIs } = options;
  const queueDelay = createQueueDelay();
  const waiting = line();
  const forThreads = line();
  let stretchEndMs = 0;
  /** Work since the last turn that was requested. */
  let workedMs = 0;
  let running = 0;
  /** The requests that threads have, and since when. */
  const inThreads = new Map<Admitted, number>();
  /**
   * The queue delay is measured over a stretch of all work. If only a bounded number runs at once, it is measured only
   * over work that waits for nothing else.
   */
  const bounded = runningMax < limits.requestsInFlightMax;
  let workCount = 0;
  /** Since when as many run as may, or when the last of those ended. */
  let fullSinceMs = 0;
  let turnAsked = false;
  /** Turns since the loop was blocked that have not ended. Until they have, new requests wait. */
  let putOffs = 0;
  let openStartMs = 0;
  let openWorkBefore = 0;
  /** A batch is being added. */
  let isOpen = false;
  /** The request that has begun in the event loop and has neither returned nor answered. */
  let current: Admitted | undefined;
  let answeredMs = 0;
  /**
   * When the last run returned or answered. The runs of a batch follow each other directly, so the clock need not be
   * read for the next one.
   */
  let lastMs = 0;
  /** The request whose requesters were told that its handler may block. */
  let announced: Admitted | undefined;
  let lookMs = Number.POSITIVE_INFINITY;
  /** When this server begins nothing more. */
  let leaveMs = Number.POSITIVE_INFINITY;
  /** The kinds of work that have begun in the event loop. */
  const kinds = new Set<Run>();
  /** The kinds of work whose window is announced. */
  const announcedKinds = new Set<Run>();

  function add(request: Admitted): void {
    const nowMs = isOpen ? lastMs : platform.nowMs();
    // No request was checked while none waited.
    if (waiting.size() + forThreads.size() === 0) lookMs = Number.POSITIVE_INFINITY;
    const { run } = request.work;
    const threads = run.threads?.();
    if (threads !== undefined) {
      forThreads.push(request);
      if (putOffs === 0) beginInThreads();
    } else if (
      putOffs === 0 &&
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
    if (running === runningMax) fullSinceMs = nowMs;
    const { run } = request.work;
    counters.began();
    // An answer may begin the next request.
    const outer = current;
    const outerMs = answeredMs;
    current = request;
    run.begin(request, answerInLoop);
    const isAnswered = current !== request;
    lastMs = isAnswered ? answeredMs : platform.nowMs();
    current = outer;
    answeredMs = outerMs;
    if (!isAnswered) sample(request, nowMs);
    returned(request, lastMs - nowMs, isAnswered);
  }

  function sample(request: Admitted, nowMs: number): void {
    const { run } = request.work;
    // A handler that never settles must not be the last one that is timed.
    if (run.sample !== undefined && !isGivenUp(run.sample, nowMs)) return;
    run.sample = request;
    run.sampleMs = nowMs;
  }

  function endSample(request: Admitted, nowMs: number): void {
    const { run } = request.work;
    run.sample = undefined;
    const ms = nowMs - run.sampleMs;
    run.load.handled(ms);
    // Its time is unknown.
    if (request.work.underway !== 'cancelled') counters.took(ms);
    look(run, nowMs);
  }

  /** A run has returned to the event loop after this time. */
  function returned(request: Admitted, ms: number, isAnswered: boolean): void {
    const { run } = request.work;
    run.load.took(ms, isAnswered);
    run.took?.(ms);
    waiting.took(request, ms);
    if (isAnswered) counters.took(ms);
    if (ms > noticedMs) blocked();
    run.returns += 1;
    if (run.returns === 1) kinds.add(run);
    look(run, lastMs);
  }

  function look(run: Run, nowMs: number): void {
    if (run.returns > firstLooks && nowMs < run.lookedMs + lookEveryMs) return;
    run.lookedMs = nowMs;
    const window = run.load.window(run.threads?.());
    if (window === undefined || window === run.window) return;
    run.window = window;
    announcedKinds.add(run);
    windowIs(run.contract, window);
  }

  function answerInLoop(request: Admitted, outcome: Success | Failure): void {
    const nowMs = platform.nowMs();
    if (request === current) {
      current = undefined;
      answeredMs = nowMs;
    }
    // For work that waits for something else, the queue delay is visible only while as many run as may.
    if (running === runningMax) queueDelay.took(1, nowMs - fullSinceMs);
    running -= 1;
    if (bounded) workCount += 1;
    counters.ended(request, outcome);
    answered(request, outcome, nowMs);
    if (request.work.run.sample === request) endSample(request, nowMs);
    if (waiting.size() > 0) askForTurn();
    else if (request === announced) announce(0);
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
      if (inThreads.size >= (run.load.isShort() ? 2 * threads : threads)) return;
      forThreads.shift();
      const nowMs = platform.nowMs();
      if (isOver(request, nowMs)) continue;
      inThreads.set(request, nowMs);
      counters.began();
      sample(request, nowMs);
      run.begin(request, answerFromThread);
    }
  }

  function answerFromThread(request: Admitted, outcome: Success | Failure): void {
    const nowMs = platform.nowMs();
    forThreads.took(request, nowMs - (inThreads.get(request) ?? nowMs));
    inThreads.delete(request);
    counters.ended(request, outcome);
    answered(request, outcome, nowMs);
    if (request.work.run.sample === request) endSample(request, nowMs);
    beginInThreads();
  }

  /** No requester waits for it here, so it does not begin. */
  function isOver(request: Admitted, nowMs: number): boolean {
    const { underway } = request.work;
    if (underway === undefined && request.deadlineMs > nowMs) return false;
    if (underway !== 'returned') answered(request, tooLate, nowMs);
    // The announced silence will not happen.
    if (request === announced) announce(0);
    return true;
  }

  /** A handler that may block begins one turn after its requesters were told. */
  function isAnnounced(request: Admitted, nowMs: number): boolean {
    const { load } = request.work.run;
    if (announced === request || !load.mayBlock()) return true;
    announced = request;
    if (load.isLong() && waiting.size() > 1) giveBack(waiting.all().slice(1));
    const { maxMs = Number.POSITIVE_INFINITY } = request.work.run;
    announce(Math.min(request.deadlineMs - nowMs, Math.max(maxMs, silentLeastMs)));
    return false;
  }

  /** Until a run ends, a turn would be useless. */
  function askForTurn(): void {
    if (turnAsked || running >= runningMax) return;
    turnAsked = true;
    platform.afterTurn(goOn);
  }

  /** The next stretch of deferred work. */
  function goOn(): void {
    turnAsked = false;
    if (letWaitingGo()) return;
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
      } else if (isAnnounced(request, nowMs)) {
        waiting.shift();
        begin(request, nowMs);
      } else break;
    }
    workedMs = workedSince(startMs, workBefore);
    if (waiting.size() > 0 || workedMs >= stretchMs) askForTurn();
  }

  /** @returns for how long it worked */
  function workedSince(startMs: number, workBefore: number): number {
    const ms = platform.nowMs() - startMs;
    const pieces = workCount - workBefore;
    if (pieces > 0) queueDelay.took(pieces, ms);
    return ms;
  }

  /** Returned requests do not wait any more, and nothing waits behind them. */
  function giveBack(requests: readonly Admitted[], tell: RunQueueOptions['letGo'] = waitLong): void {
    tell(requests);
    for (const fifo of [waiting, forThreads]) fifo.retain(({ work }) => work.underway !== 'returned');
  }

  /** @returns whether this server begins nothing more */
  function letWaitingGo(): boolean {
    if (leaveMs === Number.POSITIVE_INFINITY || platform.nowMs() < leaveMs) return false;
    const all = [...waiting.all(), ...forThreads.all()];
    if (all.length === 0) return true;
    giveBack(all, letGo);
    // The announced silence does not come.
    if (announced !== undefined && all.includes(announced)) announce(0);
    return true;
  }

  function long(fifo: Fifo<Admitted>, nowMs: number): Admitted[] {
    return fifo.all().filter(({ sinceMs, work }) => sinceMs + waitMaxMs <= nowMs && work.underway === undefined);
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
      // Which of them blocked the loop is unknown.
      if (lateMs >= lateFromMs) for (const { load } of kinds) load.suspect();
    },
    withdraw(sender, seqs) {
      const those = new Set(seqs);
      const found = [...waiting.all(), ...forThreads.all()].filter(
        (one) => one.sender === sender && those.has(one.seq) && one.work.underway === undefined,
      );
      if (found.length === 0) return;
      withdrawn(found);
      for (const fifo of [waiting, forThreads]) fifo.retain(({ work }) => work.underway !== 'returned');
      // The announced silence will not happen.
      if (announced !== undefined && found.includes(announced)) announce(0);
    },
    putOff() {
      putOffs += 1;
      platform.afterTurn(() => {
        putOffs -= 1;
        if (putOffs === 0) beginInThreads();
      });
    },
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
      const found = [...long(waiting, nowMs), ...long(forThreads, nowMs)];
      if (found.length > 0) giveBack(found);
    },
    load: () => queueLoad(announcedKinds, [...waiting.all(), ...forThreads.all()], platform.nowMs()),
  };
}
