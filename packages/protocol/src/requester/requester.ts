/*
 * The requester: the asking side of every conversation. It decides when a request is sent, to which server, when it is
 * resent, and with what it settles. Two rules make sure that nothing is lost (docs/wire.md, "Requester"):
 *
 * 1. Hold until reachable. A request is first sent only while a marker is present (an active broker is connected), the
 * return path is confirmed (the answer can arrive) and a server listens on its route. Until then it is held, and its
 * deadline runs.
 *
 * 2. Retry with the same id, answer from memory. A request in flight is resent with the same seq
 * - when its server's subscription vanishes: it goes to another server; without one it stays in flight (a draining
 *   server may still answer) and goes to the next one that listens;
 * - when a marker appears, and when the return path is confirmed again, also after one of two markers has vanished;
 * - when nothing arrived for a while (silence.ts).
 *
 * A request with which two servers have ended is tried on a third one with care (suspects.ts). If that ends too, the
 * request settles as `server-lost`.
 *
 * A server that refuses because it does not know the contract does not count as a listener for it: the request goes to
 * another server, or is held until one comes. No server gets more than it may have in flight from here; the other
 * requests are held.
 *
 * Each call settles exactly once: with a value, with a failure, or at its deadline. An answer counts only from a server
 * that got the request, on the topic of its target.
 */
import type { Failure, Success } from '@cateto/contracts';
import { limits } from '@cateto/contracts';
import { createDueQueue } from '../structures/due-queue.ts';
import { createSeqTable } from '../structures/seq-table.ts';
import { cancellations } from './cancellations.ts';
import { createAnswers } from './answers.ts';
import { createDispatch } from './dispatch.ts';
import { createFailing } from './failing-servers.ts';
import { createLeaseTimers } from './lease-timers.ts';
import { createLeases } from './leases.ts';
import { cancelledByCaller, cancelledByClose, deadlinePassed, tooManyOpen } from './own-failures.ts';
import type { OpenRequest } from './request.ts';
import { expiresMs, forgetEarlier, openRequest, resumeAfter } from './request.ts';
import { createServerNews } from './server-news.ts';
import { createPathProofs } from './path-proofs.ts';
import { createRetries } from './retries.ts';
import { createRooms } from './rooms.ts';
import { createServers } from './servers.ts';
import { createSettledMark } from './settled-mark.ts';
import { createSilence } from './silence.ts';
import { createStandstills } from './standstills.ts';
import { createTurn } from './end-of-turn.ts';
import type { RequestCall, Requester, RequesterConfig, RequesterEffect, RequesterInput } from './types.ts';

const resendFirstMs = 200;
const never = Number.POSITIVE_INFINITY;
const nothing: never[] = [];
const noFaults = (): readonly string[] => nothing;

export function createRequester<W>(config: RequesterConfig): Requester<W> {
  const {
    random,
    answerTimeoutMs,
    openMax = limits.heldRequestsMax,
    perServerMax = limits.requestsPerServerMax,
    perServerBytesMax,
    pacedBytesMax,
    earnedFirst,
    stragglersMax,
    unreached = noFaults,
    isCongested,
    isSending,
    isUnderway,
  } = config;
  const rooms = createRooms(perServerMax, earnedFirst, perServerBytesMax, pacedBytesMax);
  const failing = createFailing();
  const servers = createServers(random, rooms, failing);
  const open = createSeqTable<OpenRequest<W>>();
  const mark = createSettledMark(open, stragglersMax);
  const due = createDueQueue<number>();
  const retries = createRetries();
  const standstills = createStandstills();
  let closed = false;
  let handledMs = 0;
  let effects: RequesterEffect<W>[] = nothing;
  const isOpen = ({ call: { seq } }: OpenRequest<W>): boolean => open.has(seq);
  const awaitTurn = (request: OpenRequest<W>): void => turn.await(request);
  const dispatch = createDispatch<W>({
    servers,
    random,
    emit,
    retried: retries.count,
    settle,
    awaitTurn,
    schedule,
    isOpen,
    isCongested,
  });
  const leases = createLeases();
  const timers = createLeaseTimers();
  const paths = createPathProofs((proof) => emit({ type: 'prove-path', proof }));
  const silence = createSilence<W>({
    servers,
    paths,
    leases,
    timers,
    dispatch,
    answerTimeoutMs,
    isCongested,
    isSending,
    isUnderway,
    awaitTurn,
    schedule,
  });
  const news = createServerNews<W>({
    servers,
    rooms,
    leases,
    timers,
    silence,
    dispatch,
    open,
    progressed: ({ call: { seq, work } }, share) => emit({ type: 'progress', seq, work, share }),
    settle,
    schedule,
    awaitTurn,
    awaitEnds: () => turn.await(undefined),
  });
  const answers = createAnswers<W>({ servers, failing, silence, dispatch, open, perServerMax, settle, emit });
  const turn = createTurn<W>({ silence, dispatch, settle, schedule, emit });

  /** Most inputs have at most one effect. Only the others get an array of their own, of the right length. */
  function emit(effect: RequesterEffect<W>): void {
    if (effects.length === 0) effects = [effect];
    else effects.push(effect);
  }

  function call(added: RequestCall<W>, nowMs: number): void {
    const { seq, work } = added;
    mark.called(seq);
    if (closed || open.size() >= openMax) {
      emit({ type: 'settle', seq, work, outcome: closed ? cancelledByClose : tooManyOpen(openMax) });
      return;
    }
    const request = openRequest(added, nowMs, resendFirstMs);
    open.set(seq, request);
    dispatch.offer(request, nowMs);
    schedule(request);
  }

  /** Schedules a check of the request for the first time at which something about it is due. */
  function schedule(request: OpenRequest<W>): void {
    const dueMs = Math.min(expiresMs(request), request.resendDueMs);
    if (dueMs >= request.scheduledMs) return;
    request.scheduledMs = dueMs;
    due.push(dueMs, request.call.seq);
  }

  function settle(request: OpenRequest<W>, outcome: Success | Failure): void {
    const { seq, work } = request.call;
    dispatch.release(request);
    forgetEarlier(request);
    open.delete(seq);
    mark.settled(seq);
    turn.forget(request);
    if (!request.settled) emit({ type: 'settle', seq, work, outcome });
  }

  /** No time of this standstill counts for a server, an estimate, or the time until a fallback. */
  function stoodStill(ms: number, nowMs: number): void {
    // What arrived meanwhile is still to be read.
    leases.stoodStill(ms + resendFirstMs);
    rooms.stoodStill(ms, nowMs);
    dispatch.stoodStill(ms, nowMs);
    for (const request of open.values()) resumeAfter(request, ms, ms + resendFirstMs, nowMs);
  }

  function overdue(nowMs: number): void {
    const isAfterStandstill = standstills.ticked();
    for (let seq = due.popDue(nowMs); seq !== undefined; seq = due.popDue(nowMs)) {
      const request = open.get(seq);
      if (request === undefined) continue;
      if (request.scheduledMs <= nowMs) request.scheduledMs = Number.POSITIVE_INFINITY;
      if (expiresMs(request) <= nowMs) expire(request, nowMs);
      else if (request.resendDueMs <= nowMs && isAfterStandstill) request.resendDueMs = nowMs + resendFirstMs;
      else if (request.resendDueMs <= nowMs) silence.resend(request, nowMs);
      if (open.has(seq)) schedule(request);
    }
    for (let place = timers.popDue(nowMs); place !== undefined; place = timers.popDue(nowMs)) {
      silence.leaseEnded(place, nowMs);
    }
    // Settled requests leave their entries behind. A timer for each would wake this process every millisecond, so they
    // are removed together.
    if (due.size() > 2 * open.size() + 1_024) due.retain(open.has);
    else due.skim(open.has);
  }

  const nextDueMs = (): number => Math.min(due.peekDueMs() ?? never, timers.deadlineMs() ?? never);

  function expire(request: OpenRequest<W>, nowMs: number): void {
    silence.passOver(request, nowMs);
    settle(request, deadlinePassed(request, dispatch.obstacle(request), unreached));
  }

  function markersChanged(remaining: number, up: boolean, nowMs: number): void {
    dispatch.markers(remaining);
    if (up) leases.renew(nowMs);
    // When one of two vanishes, the return path is in doubt, and its confirmation resends what may be lost.
    if (up) news.sendAllAgain(true, nowMs);
  }

  function prove(nowMs: number): void {
    dispatch.returnPath(true);
    news.sendAllAgain(false, nowMs);
    dispatch.offerAllHeld(nowMs);
  }

  function cancel(requests: readonly OpenRequest<W>[], outcome: Failure): void {
    const told = dispatch.isLinked() ? cancellations(requests) : nothing;
    for (const request of requests) settle(request, outcome);
    for (const effect of told) emit(effect);
  }

  function take(input: RequesterInput<W>, nowMs: number): void {
    switch (input.type) {
      case 'call':
        return call(input.call, nowMs);
      case 'cancel':
        return cancel(open.between(input.seq, input.seq + 1), cancelledByCaller);
      case 'results':
        return answers.take(input.sender, input.answerRoute, input.results, nowMs);
      case 'listener-up':
        return news.listenerUp(input.route, input.address, nowMs);
      case 'listener-down':
        return news.listenerDown(input.route, input.address, nowMs);
      case 'beat':
        return news.beat(input, nowMs);
      case 'server-ended':
        return news.ended(input.address, nowMs);
      case 'marker-up':
        return markersChanged(input.held, true, nowMs);
      case 'marker-down':
        return markersChanged(input.held, false, nowMs);
      case 'confirmed':
        return prove(nowMs);
      case 'unconfirmed':
        return dispatch.returnPath(false);
      case 'path-proven':
        return paths.proven(input.proof, nowMs);
      case 'turn-ended':
        return turn.ended(nowMs);
      case 'drained':
        return dispatch.offerAllHeld(nowMs);
      case 'close':
        closed = true;
        return cancel([...open.values()], cancelledByClose);
      case 'tick':
        return overdue(nowMs);
    }
  }

  return {
    handle(input, nowMs) {
      effects = nothing;
      handledMs = nowMs;
      retries.handling(input.type);
      const stillMs = standstills.before(input.type === 'tick', nextDueMs, nowMs);
      if (stillMs > 0) stoodStill(stillMs, nowMs);
      dispatch.passTime(nowMs);
      take(input, nowMs);
      dispatch.refill(nowMs);
      if (!turn.isAwaited()) dispatch.tryNext(nowMs);
      turn.awaitAgain();
      return effects;
    },
    deadlineMs() {
      if (open.size() === 0) due.clear();
      const dueMs = Math.min(nextDueMs(), dispatch.trialDueMs(), dispatch.paceDueMs());
      return dueMs === never ? undefined : dueMs;
    },
    settledBelow: () => mark.below(handledMs),
    stragglers: mark.stragglers,
    open: open.size,
    counters: () => ({
      open: open.size(),
      stale: answers.stale(),
      leases: leases.size(),
      retries: retries.counts(),
      ...dispatch.counters(),
    }),
  };
}
