/*
 * Requests that wait for the end of a turn: no suitable server listens for them as far as is known, or their answer is
 * lost unless it arrives in this turn. Subscriptions and answers arrive one after the other, and messages in flight may
 * announce another server, or be the answer. So these requests are checked when everything that has arrived was
 * processed.
 */
import type { Failure } from '@cateto/contracts';
import type { Dispatch } from './dispatch.ts';
import { nobodyFit } from './own-failures.ts';
import type { OpenRequest } from './request.ts';
import { mayYetAnswer } from './request.ts';
import type { Silence } from './silence.ts';
import type { RequesterEffect } from './types.ts';

export interface Turn<W> {
  /** The request is checked when the turn ends; undefined when only the end of the turn matters. */
  await(request: OpenRequest<W> | undefined): void;
  /**
   * A turn has ended without a check, because nothing could be sent. Another one is awaited as soon as that is
   * possible.
   */
  awaitAgain(): void;
  isAwaited(): boolean;
  ended(nowMs: number): void;
  /** It has settled. */
  forget(request: OpenRequest<W>): void;
}

export interface TurnParts<W> {
  readonly silence: Silence<W>;
  readonly dispatch: Dispatch<W>;
  settle(request: OpenRequest<W>, outcome: Failure): void;
  schedule(request: OpenRequest<W>): void;
  emit(effect: RequesterEffect<W>): void;
}

/**
 * During a failover, a restart of a server or the start of a system, no server may be known for this long although
 * there is one.
 */
const failoverMs = 500;

export function createTurn<W>({ silence, dispatch, settle, schedule, emit }: TurnParts<W>): Turn<W> {
  const toLookAt = new Set<OpenRequest<W>>();
  let isAwaited = false;

  function awaitEnd(): void {
    if (isAwaited) return;
    isAwaited = true;
    emit({ type: 'await-turn' });
  }

  /**
   * It is certain now which servers listen. A request of a server that ended goes to another one, and a call that fails
   * without a server fails. A request that was answered without its answer having arrived is resent.
   */
  function lookAt(request: OpenRequest<W>, nowMs: number): void {
    const { unheard, route } = request.call.target;
    if (request.lost) {
      request.lost = false;
      if (!request.listed) dispatch.sendAgain(request, nowMs);
    }
    const isListening = request.server?.routes.has(route) === true && !silence.isAbandoned(request, nowMs);
    if (request.settled || isListening || silence.isStaying(request, nowMs)) return;
    const server = dispatch.choose(request);
    if (server !== undefined) dispatch.reassign(request, server, nowMs);
    else if (unheard === 'fail') fail(request, nowMs);
    else if (request.server !== undefined) dispatch.lookLater(request, nowMs);
  }

  /**
   * No suitable server listens. A patient call fails only when this has lasted for longer than a failover takes, and
   * while no draining server is working on it. It does not wait when a server has answered already that it does not
   * know the contract.
   */
  function fail(request: OpenRequest<W>, nowMs: number): void {
    request.refusal ??= dispatch.refusalOf(request);
    const isRefused = request.refusal !== undefined && mayYetAnswer(request) === undefined;
    const unservedMs = isRefused ? nowMs : dispatch.unservedSinceMs(request, nowMs) + failoverMs;
    const patientMs = Math.max(unservedMs, silence.heldUntilMs(request));
    const failMs = request.call.target.impatient === true ? nowMs : patientMs;
    if (nowMs < failMs) {
      request.resendDueMs = failMs;
      schedule(request);
    } else if (request.earlier === undefined) settle(request, nobodyFit(request));
    else settleAside(request, nobodyFit(request), nowMs);
  }

  /**
   * Settles for the caller but keeps the record, so that a server with a copy does not consider it settled. The
   * server's answer is not awaited, so the request takes no room there.
   */
  function settleAside(request: OpenRequest<W>, outcome: Failure, nowMs: number): void {
    const { seq, work } = request.call;
    if (request.server === undefined) dispatch.release(request);
    else dispatch.letGo(request, nowMs);
    request.settled = true;
    request.resendDueMs = Number.POSITIVE_INFINITY;
    emit({ type: 'settle', seq, work, outcome });
  }

  return {
    await(request) {
      if (request !== undefined) toLookAt.add(request);
      awaitEnd();
    },
    awaitAgain() {
      if (toLookAt.size > 0 && dispatch.canSend()) awaitEnd();
    },
    isAwaited: () => isAwaited,
    ended(nowMs) {
      isAwaited = false;
      if (!dispatch.canSend()) return;
      const those = [...toLookAt].toSorted((one, another) => one.call.seq - another.call.seq);
      toLookAt.clear();
      for (const request of those) lookAt(request, nowMs);
    },
    forget(request) {
      if (toLookAt.size > 0) toLookAt.delete(request);
    },
  };
}
