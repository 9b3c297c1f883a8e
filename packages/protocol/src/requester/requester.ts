/*
 * The requester: the asking half of every conversation.
 *
 * Decides when a request is sent, to whom, when again, and with what it settles. Two rules lose nothing
 * (docs/protocol.md, section 3):
 *
 * 1. Held until heard. A request is first sent only while a marker is held (an active broker is linked), the ear is
 *    proven (the answer can be heard) and a server listens on its route. Until then it is held; its deadline runs.
 * 2. Asked again, answered from memory. A request in flight is sent again, with the same seq, when
 *    - its server's subscription vanishes: to another server; if there is none it stays in flight (a draining server
 *      may yet answer) and goes to the next one heard;
 *    - a marker appears, or one vanishes while another is held; the ear has been proven again;
 *    - nothing came for 200 ms, then 400, 800, 1000 …, with jitter: to another server if there is one.
 *
 * Each call settles exactly once: with a value, with a failure, or at its deadline. An answer counts only from a server
 * that was asked, on the topic it was to come on.
 */
import type { Failure, ResultReading, Success } from '@cateto/contracts';
import { isFailure, limits, traitOf } from '@cateto/contracts';
import { createDueQueue } from '../due-queue.ts';
import { createHeld } from './held.ts';
import { cancelledByCaller, cancelledByClose, deadlinePassed, nobodyFit, tooManyOpen } from './outcomes.ts';
import type { OpenRequest } from './request.ts';
import { assign, openRequest, silentServers, wasAsked } from './request.ts';
import type { Server } from './servers.ts';
import { createServers } from './servers.ts';
import type { RequestCall, Requester, RequesterConfig, RequesterEffect, RequesterInput } from './types.ts';

const resendFirstMs = 200;
const resendLastMs = 1_000;
const nothing: never[] = [];
/** The share by which a repetition comes earlier or later, so that many do not come at once. */
const resendJitter = 0.2;

export function createRequester<W>(config: RequesterConfig): Requester<W> {
  const { random, answerTimeoutMs, openMax = limits.heldRequestsMax } = config;
  const servers = createServers(random);
  const open = new Map<number, OpenRequest<W>>();
  const held = createHeld<W>();
  const due = createDueQueue<number>();
  let markersHeld = 0;
  let proven = false;
  let closed = false;
  let turnAwaited = false;
  let settledBelow = 1;
  let nextSeq = 1;
  let sent = 0;
  let resent = 0;
  let stale = 0;
  let effects: RequesterEffect<W>[] = nothing;

  /** Most inputs have one effect or none: an array of its own only for those that have, and of its length. */
  function emit(effect: RequesterEffect<W>): void {
    if (effects.length === 0) effects = [effect];
    else effects.push(effect);
  }

  function call(added: RequestCall<W>, nowMs: number): void {
    nextSeq = added.seq + 1;
    const { seq, work } = added;
    if (closed || open.size >= openMax) {
      emit({ type: 'settle', seq, work, outcome: closed ? cancelledByClose : tooManyOpen(openMax) });
      return;
    }
    const request = openRequest(added, nowMs, resendFirstMs);
    open.set(seq, request);
    offer(request, nowMs);
    schedule(request);
  }

  /** Sees to it that the request is looked at when the first thing about it is due. */
  function schedule(request: OpenRequest<W>): void {
    const dueMs = Math.min(request.call.deadlineMs, request.resendDueMs);
    if (dueMs >= request.scheduledMs) return;
    request.scheduledMs = dueMs;
    due.push(dueMs, request.call.seq);
  }

  /** Sends a request that no server has been given, or holds it. */
  function offer(request: OpenRequest<W>, nowMs: number): void {
    if (markersHeld === 0 || !proven) {
      held.add(request);
      return;
    }
    probe(request, nowMs);
    const server = choose(request);
    if (server === undefined) {
      held.add(request);
      if (request.call.unheard === 'fail') awaitTurn();
    } else {
      give(request, server, nowMs);
    }
  }

  /** Sends a copy to a server that is passed over and due for one; nobody waits for its answer. */
  function probe(request: OpenRequest<W>, nowMs: number): void {
    if (request.call.pinned !== undefined) return;
    const server = servers.takeProbe(request.call.route, nowMs);
    if (server === undefined) return;
    request.earlier ??= new Map();
    request.earlier.set(server, nowMs);
    send(request, server, nowMs);
  }

  /** Whom to ask. One who is to fall back has nobody to ask when all that listen are passed over. */
  function choose(request: OpenRequest<W>): Server | undefined {
    const { route, contract, pinned, unheard } = request.call;
    if (pinned !== undefined) {
      const server = servers.find(route, pinned);
      return server !== undefined && request.refused?.has(server) === true ? undefined : server;
    }
    const choice = servers.choose(route, contract, request.refused);
    return choice === undefined || (unheard === 'fail' && !choice.fit) ? undefined : choice.server;
  }

  function give(request: OpenRequest<W>, server: Server, nowMs: number): void {
    if (request.server === undefined) held.remove(request);
    else resent += 1;
    assign(request, server, nowMs);
    request.resendDueMs = nowMs + request.resendEveryMs * (1 + resendJitter * (2 * random() - 1));
    send(request, server, nowMs);
    // A new request is scheduled by its call; one that was held or moved is due earlier than it thought.
    if (request.scheduledMs < Number.POSITIVE_INFINITY) schedule(request);
  }

  function send(request: OpenRequest<W>, server: Server, nowMs: number): void {
    const { seq, work, deadlineMs } = request.call;
    sent += 1;
    emit({ type: 'send', seq, to: server.address, work, ttlMs: Math.max(0, deadlineMs - nowMs) });
  }

  function offerHeld(route: string, nowMs: number): void {
    for (const request of held.of(route)) offer(request, nowMs);
  }

  /** Sends a request in flight once more: to its server while that listens, else to another if there is one. */
  function sendAgain(request: OpenRequest<W>, nowMs: number): void {
    const { server, call: asked } = request;
    if (server === undefined || request.settled || markersHeld === 0) return;
    // Found by address: after a failover the same server is listed anew.
    const next = servers.find(asked.route, server.address) ?? choose(request);
    if (next === undefined) {
      if (asked.unheard === 'fail') awaitTurn();
      return;
    }
    give(request, next, nowMs);
  }

  function sendAllAgain(nowMs: number): void {
    for (const request of open.values()) sendAgain(request, nowMs);
  }

  function listenerUp(route: string, address: string, nowMs: number): void {
    servers.up(route, address);
    offerHeld(route, nowMs);
    for (const request of open.values()) {
      if (request.call.route === route && request.server?.routes.has(route) === false) sendAgain(request, nowMs);
    }
  }

  function listenerDown(route: string, address: string, nowMs: number): void {
    const gone = servers.down(route, address);
    // Without a marker everything vanishes, because the broker does: the marker that comes next sends it all again.
    if (gone === undefined || markersHeld === 0) return;
    for (const request of open.values()) {
      if (request.server === gone && request.call.route === route) sendAgain(request, nowMs);
    }
  }

  function results(sender: string, answerRoute: string, answers: readonly ResultReading[], nowMs: number): void {
    servers.answered(sender);
    for (const { seq, outcome } of answers) {
      const request = open.get(seq);
      if (request === undefined || request.call.answerRoute !== answerRoute || !wasAsked(request, sender)) {
        stale += 1;
      } else if (isFailure(outcome) && traitOf(outcome.code).anotherServerMayKnow && !request.settled) {
        refused(request, sender, outcome, nowMs);
      } else {
        settle(request, outcome);
      }
    }
  }

  /** This server cannot take it: another is asked, and what this one said is the outcome when none is left. */
  function refused(request: OpenRequest<W>, sender: string, refusal: Failure, nowMs: number): void {
    const { route, contract } = request.call;
    const server = request.server?.address === sender ? request.server : servers.find(route, sender);
    if (server === undefined) {
      stale += 1;
      return;
    }
    if (refusal.code === 'contract-mismatch') server.mismatched.add(contract);
    request.refused ??= new Set();
    request.refused.add(server);
    request.refusal = refusal;
    if (request.server !== server) return;
    const next = choose(request);
    if (next === undefined) settle(request, refusal);
    else give(request, next, nowMs);
  }

  function settle(request: OpenRequest<W>, outcome: Success | Failure): void {
    const { seq, work } = request.call;
    if (request.server === undefined) held.remove(request);
    else request.server.inFlight -= 1;
    open.delete(seq);
    if (!request.settled) emit({ type: 'settle', seq, work, outcome });
  }

  function awaitTurn(): void {
    if (turnAwaited) return;
    turnAwaited = true;
    emit({ type: 'await-turn' });
  }

  /** Nobody fit listens, and that is certain now: those who rather fail than wait do. */
  function turnEnded(nowMs: number): void {
    turnAwaited = false;
    if (markersHeld === 0 || !proven) return;
    for (const request of open.values()) {
      const { unheard, route } = request.call;
      if (unheard === 'hold' || request.settled || request.server?.routes.has(route) === true) continue;
      const server = choose(request);
      if (server !== undefined) {
        give(request, server, nowMs);
        continue;
      }
      if (request.earlier === undefined) settle(request, nobodyFit(request));
      else settleAside(request, nobodyFit(request));
    }
  }

  /** Settles for the caller but keeps the record, so that a server that was sent a probe does not see it as settled. */
  function settleAside(request: OpenRequest<W>, outcome: Failure): void {
    const { seq, work } = request.call;
    if (request.server === undefined) held.remove(request);
    request.settled = true;
    request.resendDueMs = Number.POSITIVE_INFINITY;
    emit({ type: 'settle', seq, work, outcome });
  }

  function overdue(nowMs: number): void {
    for (let seq = due.popDue(nowMs); seq !== undefined; seq = due.popDue(nowMs)) {
      const request = open.get(seq);
      if (request === undefined) continue;
      if (request.scheduledMs <= nowMs) request.scheduledMs = Number.POSITIVE_INFINITY;
      if (request.call.deadlineMs <= nowMs) expire(request, nowMs);
      else if (request.resendDueMs <= nowMs) resendInVain(request, nowMs);
      if (open.has(seq)) schedule(request);
    }
    // What settled early leaves its entry behind; more than twice as many as are open is worth a sweep.
    if (due.size() > 2 * open.size + 1_024) due.retain((seq) => open.has(seq));
  }

  function expire(request: OpenRequest<W>, nowMs: number): void {
    passOverSilent(request, nowMs);
    settle(request, deadlinePassed(request));
  }

  function passOverSilent(request: OpenRequest<W>, nowMs: number): void {
    for (const server of silentServers(request, answerTimeoutMs, nowMs)) servers.passOver(server, nowMs);
  }

  /** The last resort: no event explains the silence, so another server is asked if there is one. */
  function resendInVain(request: OpenRequest<W>, nowMs: number): void {
    passOverSilent(request, nowMs);
    request.resendEveryMs = Math.min(request.resendEveryMs * 2, resendLastMs);
    request.resendDueMs = nowMs + request.resendEveryMs;
    const { server, call: asked } = request;
    if (server === undefined || markersHeld === 0) return;
    const others = new Set(request.refused).add(server);
    const other = asked.pinned === undefined ? servers.choose(asked.route, asked.contract, others) : undefined;
    const next = other?.server ?? (server.routes.has(asked.route) ? server : undefined);
    if (next === undefined) return;
    give(request, next, nowMs);
  }

  function markersChanged(remaining: number, up: boolean, nowMs: number): void {
    markersHeld = remaining;
    if (up || markersHeld > 0) sendAllAgain(nowMs);
  }

  function prove(nowMs: number): void {
    proven = true;
    sendAllAgain(nowMs);
    for (const route of held.routes()) offerHeld(route, nowMs);
  }

  function cancel(seq: number): void {
    const request = open.get(seq);
    if (request !== undefined) settle(request, cancelledByCaller);
  }

  function close(): void {
    closed = true;
    for (const request of open.values()) settle(request, cancelledByClose);
  }

  function take(input: RequesterInput<W>, nowMs: number): void {
    switch (input.type) {
      case 'call':
        return call(input.call, nowMs);
      case 'cancel':
        return cancel(input.seq);
      case 'results':
        return results(input.sender, input.answerRoute, input.results, nowMs);
      case 'listener-up':
        return listenerUp(input.route, input.address, nowMs);
      case 'listener-down':
        return listenerDown(input.route, input.address, nowMs);
      case 'marker-up':
        return markersChanged(input.held, true, nowMs);
      case 'marker-down':
        return markersChanged(input.held, false, nowMs);
      case 'proven':
        return prove(nowMs);
      case 'unproven':
        proven = false;
        return;
      case 'turn-ended':
        return turnEnded(nowMs);
      case 'close':
        return close();
      case 'tick':
        return overdue(nowMs);
    }
  }

  return {
    handle(input, nowMs) {
      effects = nothing;
      take(input, nowMs);
      return effects;
    },
    deadlineMs: () => due.peekDueMs(),
    settledBelow() {
      while (settledBelow < nextSeq && !open.has(settledBelow)) settledBelow += 1;
      return settledBelow;
    },
    counters: () => ({ open: open.size, sent, resent, stale }),
  };
}
