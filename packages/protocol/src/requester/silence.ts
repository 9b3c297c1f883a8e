/*
 * The reaction of the requester when nothing arrives and no event explains the silence.
 *
 * Rules (docs/wire.md, "Sending again"):
 * - Without a beat of its server, a request is resent after 200, 400, 800, 1000 … ms, to another server if there is
 *   one; on a far or slow link after the expected time of a first sign (first-signs.ts). The wait begins anew with each
 *   first sign of an earlier request.
 * - During a server's lease (leases.ts), its requests are resent to it alone: after the same times if it has not named
 *   the request; at once if it has named it and does not any more, because then its answer was lost. Requests that it
 *   names are not resent.
 * - Before a request moves, the brokers must have proven that they forward (path-proofs.ts).
 * - A request whose lease has ended moves to another server, but such moves are at most a tenth of the answers, or one
 *   a second: servers that have more work than they can do must not get it twice (a retry budget, as in Finagle).
 * - A large request is not resent while its chunks are on their way to a server that confirms them. Another request is
 *   not resent for some seconds while chunks go to its server or come from it, because it waits behind them.
 * - A draining server keeps the requests that it named for as long as it may be silent. While chunks go to it or come
 *   from it, its beat may arrive after the end of its subscriptions, so it keeps all its requests for a second, or until
 *   that beat.
 * - Any other server whose subscription is withdrawn keeps the requests that it named for a tenth of the time that it
 *   has had them. After a failover it keeps them for at least half a second, because servers connect to the new broker
 *   one by one. Meanwhile, no news of other servers moves the request.
 * - A server that leaves a request unanswered for the whole answer timeout without a beat is passed over for new
 *   requests. A newcomer is passed over when its first request is due for a resend, if another server has been heard.
 *   The request then moves to such a server, or waits until one has room.
 */
import type { Dispatch } from './dispatch.ts';
import { earlierSignMs, resendLastMs } from './first-signs.ts';
import type { LeaseTimers } from './lease-timers.ts';
import type { Leases } from './leases.ts';
import type { OpenRequest } from './request.ts';
import type { PathProofs } from './path-proofs.ts';
import { isSuspect, silentServers } from './request.ts';
import type { Place } from './rooms.ts';
import { loseHalf } from './rooms.ts';
import type { Server, Servers } from './servers.ts';
import type { RequesterConfig } from './types.ts';

export interface Silence<W> {
  /** Passes over the servers that have left the request unanswered for the whole answer timeout. */
  passOver(request: OpenRequest<W>, nowMs: number): void;
  /** The request is due for a resend. */
  resend(request: OpenRequest<W>, nowMs: number): void;
  /** The lease of a server may have ended. Then the requests that only the lease kept there are due. */
  leaseEnded(place: Place, nowMs: number): void;
  /**
   * Its server is not listed any more. @returns whether the request stays with it for a while, for at least `leastMs`
   */
  stays(request: OpenRequest<W>, leastMs: number, nowMs: number): boolean;
  /**
   * Its server says that it is working on it. If the server is not listed it drains, and is waited for as long as it
   * may be silent.
   */
  staysOn(request: OpenRequest<W>, untilMs: number): void;
  /** Whether it stays with a server that is not listed. */
  isStaying(request: OpenRequest<W>, nowMs: number): boolean;
  /**
   * Its server listens, but leaves this and other requests unanswered without a beat, and its caller has an alternative
   * to waiting. The request may fail, so that the caller falls back.
   */
  isAbandoned(request: OpenRequest<W>, nowMs: number): boolean;
  /** Until when its server, which has named it in a beat, may be silent; a time in the past without one. */
  heldUntilMs(request: OpenRequest<W>): number;
  /** Answers arrived, so more requests may move. */
  answered(count: number): void;
}

export interface SilenceParts<W> {
  readonly servers: Servers;
  readonly leases: Leases;
  readonly timers: LeaseTimers;
  readonly paths: PathProofs;
  readonly dispatch: Pick<Dispatch<W>, 'isLinked' | 'give' | 'giveUntried' | 'sendAgain' | 'takeBack' | 'freed'>;
  readonly answerTimeoutMs: number;
  readonly isCongested: RequesterConfig['isCongested'];
  readonly isSending: RequesterConfig['isSending'];
  readonly isUnderway: RequesterConfig['isUnderway'];
  /** No suitable server listens, as far as is known. Messages in flight may announce one. */
  awaitTurn(request: OpenRequest<W>): void;
  /** The time of the request's next check has changed. */
  schedule(request: OpenRequest<W>): void;
}

const never = Number.NEGATIVE_INFINITY;
/** Checked together with the lease of its server. */
const parked = Number.POSITIVE_INFINITY;
const movesPerAnswer = 0.1;
/** How many moves may be saved up. */
const movesMax = 1_000;
const moveEveryMs = 1_000;
/** When a request that may not move yet is checked again. */
const noMoveMs = 200;
const stayShare = 0.1;
/** As long as the unconfirmed chunks of four peers take on a link of 2 Mbit/s. */
const behindChunksMs = 4_500;
/** As long as those of one peer take. */
const leavesMs = 1_000;
/** After this share of the wait, the requester asks for a proof. */
const provenShare = 0.5;
/** How long a request whose lease has ended waits for the proof that the brokers forward. */
const provenMs = 100;

export function createSilence<W>({
  servers,
  leases,
  timers,
  paths,
  dispatch,
  answerTimeoutMs,
  isCongested,
  isSending,
  isUnderway,
  awaitTurn,
  schedule,
}: SilenceParts<W>): Silence<W> {
  let moves = 1;
  let movedMs = 0;

  function passOver(request: OpenRequest<W>, nowMs: number): void {
    for (const server of silentServers(request, answerTimeoutMs, leases.beatSince, nowMs)) {
      if (request.call.target.impatient === true || leases.untilMs(server.address) <= nowMs) {
        servers.passOver(server, nowMs);
      }
    }
  }

  /** Prefers a server without the request to one that has been silent for as long. */
  function anotherThan(server: Server, { call: asked, refused: unable, earlier }: OpenRequest<W>): Server | undefined {
    const others = new Set(unable).add(server);
    const tried = new Set([...others, ...(earlier?.keys() ?? [])]);
    const target = { ...asked.target, impatient: false };
    const choose = (besides: ReadonlySet<Server>): Server | undefined => {
      const chosen = servers.choose(target, besides, false, undefined, asked, true);
      return chosen === 'full' ? undefined : chosen;
    };
    return choose(tried) ?? choose(others);
  }

  function isAbandoned({ server, serverSinceMs, call }: OpenRequest<W>, nowMs: number): boolean {
    if (server?.probeDueMs === undefined || call.target.impatient !== true) return false;
    return serverSinceMs + answerTimeoutMs <= nowMs && leases.untilMs(server.address) <= nowMs;
  }

  /** Whether one more request may move from a server that was working at its last beat. */
  function mayMove(nowMs: number): boolean {
    if (moves < 1 && nowMs - movedMs < moveEveryMs) return false;
    moves = Math.max(0, moves - 1);
    movedMs = nowMs;
    return true;
  }

  function isStaying({ staysUntilMs, server, call }: OpenRequest<W>, nowMs: number): boolean {
    return staysUntilMs !== undefined && nowMs < staysUntilMs && server?.routes.has(call.target.route) === false;
  }

  function sendLater(request: OpenRequest<W>, nowMs: number): void {
    request.resendEveryMs = Math.max(request.resendEveryMs, Math.min(request.resendEveryMs * 2, resendLastMs));
    request.resendDueMs = nowMs + request.resendEveryMs;
  }

  /** The request needs no timer of its own until then, unless it is checked for another reason too. */
  function park(request: OpenRequest<W>, { place }: Server, untilMs: number): void {
    const { impatient, pinned } = request.call.target;
    const hasReason = impatient === true || pinned !== undefined || isSuspect(request) || request.earlier !== undefined;
    request.resendDueMs = hasReason ? untilMs : parked;
    if (!hasReason) timers.watch(place, untilMs);
  }

  /** It has no server: it is held, or waits for its trial. */
  function resendHeld(request: OpenRequest<W>, nowMs: number): void {
    if (isSuspect(request)) return dispatch.giveUntried(request, nowMs);
    sendLater(request, nowMs);
    // It was held to see whether a server comes.
    if (request.call.target.unheard === 'fail') awaitTurn(request);
  }

  function resendUnlisted(request: OpenRequest<W>, nowMs: number): void {
    sendLater(request, nowMs);
    if (dispatch.isLinked()) dispatch.sendAgain(request, nowMs);
  }

  function isBehindChunks({ call, serverSinceMs }: OpenRequest<W>, { address }: Server, nowMs: number): boolean {
    if (isSending?.(address, call.seq) === true) return true;
    return nowMs - serverSinceMs < behindChunksMs && isUnderway?.(address) === true;
  }

  /** Until when it probably waits behind earlier requests; -Infinity if none of them has had a sign. */
  function behindOthersMs(request: OpenRequest<W>, { place }: Server): number {
    if (request.listed) return never;
    return earlierSignMs(request, place.signs) + request.resendEveryMs * (request.proof === 0 ? provenShare : 1);
  }

  function resend(request: OpenRequest<W>, nowMs: number): void {
    const { server } = request;
    const { route, pinned, contract } = request.call.target;
    if (server !== undefined && isBehindChunks(request, server, nowMs)) {
      request.proof = 0;
      request.resendDueMs = nowMs + noMoveMs;
      return;
    }
    passOver(request, nowMs);
    if (server === undefined) return resendHeld(request, nowMs);
    const isListening = server.routes.has(route);
    const leasedMs = leases.untilMs(server.address);
    if (isStaying(request, nowMs)) {
      request.resendDueMs = request.staysUntilMs ?? nowMs;
      return;
    }
    if (isListening && request.listed && leasedMs > nowMs) {
      request.proof = 0;
      return park(request, server, leasedMs);
    }
    if (!isListening || !dispatch.isLinked()) return resendUnlisted(request, nowMs);
    const behindMs = behindOthersMs(request, server);
    if (behindMs > nowMs) {
      // The proof is asked for anew, at half of the new wait.
      request.resendDueMs = request.proof === 0 ? behindMs : behindMs - request.resendEveryMs * (1 - provenShare);
      request.proof = 0;
      return;
    }
    if (isCongested?.() === true) {
      request.resendDueMs = nowMs + noMoveMs;
      return;
    }
    if (request.proof === 0) {
      // Half of the time has passed, or the lease has ended.
      request.proof = paths.ask(nowMs);
      request.resendDueMs = nowMs + (request.listed ? provenMs : request.resendEveryMs * (1 - provenShare));
      return;
    }
    const stuck = pinned !== undefined || isSuspect(request) || leasedMs > nowMs;
    // One server that a suspect may end is enough.
    const other = stuck ? undefined : anotherThan(server, request);
    // A newcomer does not keep it while the servers that have been heard have no room.
    const isDoubted = !server.place.isHeard && servers.anyHeard(route);
    const leaves = other !== undefined || (isDoubted && !stuck);
    const waitMs = leaves ? paths.waitMs(request.proof, nowMs) : 0;
    if (waitMs > 0) {
      request.resendDueMs = nowMs + waitMs;
      return;
    }
    sendLater(request, nowMs);
    if (other !== undefined && request.listed && !mayMove(nowMs)) return park(request, server, nowMs + noMoveMs);
    if (other !== undefined && request.room !== undefined) loseHalf(request.room);
    if (isDoubted) servers.passOver(server, nowMs);
    if (leaves && other === undefined) return dispatch.takeBack(request, nowMs);
    request.silences += 1;
    dispatch.give(request, other ?? server, nowMs);
    if (!isAbandoned(request, nowMs)) return;
    awaitTurn(request);
    // The same holds for requests that wait for room there.
    dispatch.freed(contract);
  }

  return {
    passOver,
    resend,
    leaseEnded(place, nowMs) {
      const leasedMs = leases.untilMs(place.address);
      if (leasedMs > nowMs) return timers.watch(place, leasedMs);
      let next = place.requests.oldest();
      while (next !== undefined) {
        const request = next as OpenRequest<W>;
        next = request.newer;
        if (request.resendDueMs < parked || request.settled) continue;
        resend(request, nowMs);
        // None of the other requests may move either.
        if (request.resendDueMs === parked && request.server?.place === place) return;
        schedule(request);
      }
    },
    isStaying,
    staysOn(request, untilMs) {
      const { server, call } = request;
      if (server?.routes.has(call.target.route) === false) request.staysUntilMs = untilMs;
    },
    stays(request, leastMs, nowMs) {
      const { server, listed, serverSinceMs } = request;
      if (server === undefined) return false;
      const leftMs = leases.untilMs(server.address) - nowMs;
      const sharedMs = listed || leastMs > 0 ? Math.max(leastMs, stayShare * (nowMs - serverSinceMs)) : 0;
      const staysMs = Math.max(Math.min(leftMs, sharedMs), isUnderway?.(server.address) === true ? leavesMs : 0);
      if (staysMs <= 0) return false;
      const untilMs = nowMs + staysMs;
      request.staysUntilMs = untilMs;
      request.resendDueMs = untilMs;
      return true;
    },
    isAbandoned,
    heldUntilMs: ({ server, listed }) => (server !== undefined && listed ? leases.untilMs(server.address) : never),
    answered(count) {
      moves = Math.min(moves + count * movesPerAnswer, movesMax);
    },
  };
}
