/*
 * The effects of an answer: it settles a request, and tells something about the server that sent it.
 *
 * Rules (docs/wire.md, "Requester" and "Choosing a server"): an answer counts only from a server to which the request
 * was sent, on the topic of its target. A refusal speaks for one server, so the request goes to another. `internal`
 * settles the request only if it comes from the server that is to answer it: a server with a mere copy may be one that
 * fails.
 */
import type { Failure, ResultReading, Success } from '@cateto/contracts';
import { isFailure, traitOf } from '@cateto/contracts';
import type { SeqTable } from '../structures/seq-table.ts';
import type { Dispatch } from './dispatch.ts';
import type { Failing } from './failing-servers.ts';
import { signed } from './first-signs.ts';
import type { OpenRequest } from './request.ts';
import { isSuspect, mayYetAnswer, wasAsked } from './request.ts';
import { withTime } from './large-times.ts';
import { countedBytes, earn, loseHalf } from './rooms.ts';
import { cancellations } from './cancellations.ts';
import type { Servers } from './servers.ts';
import type { Silence } from './silence.ts';
import type { RequesterEffect } from './types.ts';

export interface Answers {
  take(sender: string, answerRoute: string, results: readonly ResultReading[], nowMs: number): void;
  /** How many answers have settled nothing. */
  stale(): number;
}

export interface AnswersParts<W> {
  readonly servers: Servers;
  readonly failing: Failing;
  readonly silence: Pick<Silence<W>, 'answered'>;
  readonly dispatch: Dispatch<W>;
  readonly open: Pick<SeqTable<OpenRequest<W>>, 'get'>;
  /** The most requests in flight to one server, of those that may be held. */
  readonly perServerMax: number;
  settle(request: OpenRequest<W>, outcome: Success | Failure): void;
  emit(effect: RequesterEffect<W>): void;
}

/**
 * Codes of a server that does not know the contract, or has another version of it. A server that starts later may know
 * it.
 */
const saysUnfit: ReadonlySet<string> = new Set(['unknown-formula', 'unknown-operation', 'contract-mismatch']);

export function createAnswers<W>(parts: AnswersParts<W>): Answers {
  const { servers, failing, silence, dispatch, open, perServerMax, settle, emit } = parts;
  let stale = 0;

  function take(sender: string, answerRoute: string, results: readonly ResultReading[], nowMs: number): void {
    servers.heardFrom(sender);
    silence.answered(results.length);
    if (failing.any() && results.some(({ outcome }) => !isInternal(outcome))) {
      failing.answered(sender, answerRoute);
    }
    let copied: OpenRequest<W>[] | undefined;
    for (const { seq, outcome } of results) {
      const request = open.get(seq);
      if (request === undefined || request.call.target.answerRoute !== answerRoute || !wasAsked(request, sender)) {
        stale += 1;
      } else if (isFailure(outcome) && traitOf(outcome.code).anotherServerMayKnow && !request.settled) {
        refused(request, sender, outcome, nowMs);
      } else if (isInternal(outcome) && request.server?.address !== sender && !request.settled) {
        // The server has a copy, and another server will answer: this one may be a server that fails.
        stale += 1;
      } else {
        earned(request, sender, outcome, nowMs);
        if (hasCopies(request, sender) && dispatch.isLinked()) (copied ??= []).push(request);
        settle(request, outcome);
      }
    }
    for (const effect of copied === undefined ? [] : cancellations(copied, sender)) emit(effect);
  }

  /** Credits the server that was to answer with the outcome. */
  function earned(request: OpenRequest<W>, sender: string, outcome: Success | Failure, nowMs: number): void {
    const { room, server } = request;
    const { answerRoute } = request.call.target;
    if (room === undefined || server?.address !== sender) return;
    if (isInternal(outcome)) {
      loseHalf(room);
      failing.failed(room, answerRoute, nowMs);
    } else {
      earn(room, perServerMax);
      if (room.failures > 0) failing.wellAgain(room);
    }
    room.place.returns = 0;
    if (countedBytes(request.call) > 0) {
      room.largeTimes = withTime(room.largeTimes, nowMs - request.serverSinceMs, nowMs);
    }
    signed(request, room.place.signs, nowMs);
    dispatch.resume(room.place, room.contract);
    dispatch.answered(request, nowMs);
  }

  /** This server cannot take the request. Another one is tried, and this refusal is the outcome when none is left. */
  function refused(request: OpenRequest<W>, sender: string, refusal: Failure, nowMs: number): void {
    const { route, contract } = request.call.target;
    const server = request.server?.address === sender ? request.server : servers.find(route, sender);
    if (server === undefined) {
      stale += 1;
      return;
    }
    if (saysUnfit.has(refusal.code)) server.unfit.set(contract, refusal);
    dispatch.refusedBy(request, server);
    request.refusal = refusal;
    if (request.server === server) moveOn(request, refusal, nowMs);
  }

  /**
   * The request goes to another server, or back to an earlier one, or waits for a server that knows the contract, if it
   * can wait.
   */
  function moveOn(request: OpenRequest<W>, refusal: Failure, nowMs: number): void {
    const next = dispatch.choose(request);
    if (next !== undefined) {
      return isSuspect(request) ? dispatch.suspect(request, nowMs) : dispatch.reassign(request, next, nowMs);
    }
    const asked = mayYetAnswer(request);
    if (asked !== undefined) return dispatch.move(request, asked, nowMs);
    if (request.call.target.unheard === 'fail' || !saysUnfit.has(refusal.code)) return settle(request, refusal);
    dispatch.takeBack(request, nowMs);
  }

  return { take, stale: () => stale };
}

function isInternal(outcome: Success | Failure): boolean {
  return isFailure(outcome) && outcome.code === 'internal';
}

/** Whether another server than this one may be working on the request. */
function hasCopies<W>({ server, earlier, settled }: OpenRequest<W>, sender: string): boolean {
  return !settled && (earlier !== undefined || server?.address !== sender);
}
