import type { Failure } from '@cateto/contracts';
import { failure, limits } from '@cateto/contracts';
import type { OpenRequest } from './request.ts';
import { mayYetAnswer } from './request.ts';

/* The failures that a requester itself settles with, and their texts for people. */

export function tooManyOpen(openMax: number): Failure {
  return failure(
    'overloaded',
    `this process has ${openMax} open requests, as many as it may; wait for answers before you send more`,
  );
}

export function nobodyFit<W>({ call: { target }, refusal }: OpenRequest<W>): Failure {
  return refusal ?? failure('no-listener', `no server that can take the request listens on ${target.route}`);
}

/**
 * @param waiting how many requests wait for the same servers
 * @param waitMs how long one more will probably wait; 0 when the remaining time is too short for the work alone
 */
export function overloadedFor<W>({ call, calledMs }: OpenRequest<W>, waiting: number, waitMs: number): Failure {
  const timeout = `its timeout is ${Math.round(call.deadlineMs - calledMs)} ms`;
  const { contract } = call.target;
  const why =
    waitMs === 0
      ? `the servers of ${contract} had no room while enough of its time was left`
      : `${waiting} requests wait for the servers of ${contract}, so its turn would come after ${Math.round(waitMs)} ms`;
  return failure('overloaded', `${why}; ${timeout}`);
}

/** Why a request is held. */
export type Obstacle = 'no-broker' | 'no-return-path' | 'no-server' | 'no-room';

/**
 * @param obstacle what kept it from being sent, if nothing was sent
 * @param unreached the brokers that are not reached, each with the reason
 */
export function deadlinePassed<W>(
  request: OpenRequest<W>,
  obstacle: Obstacle,
  unreached: () => readonly string[],
): Failure {
  const { call, calledMs, server, earlier, refusal } = request;
  const allowedMs = Math.round(call.deadlineMs - calledMs);
  // The refusal of one server does not speak for another one that has the request too and may have run it.
  if (refusal !== undefined && mayYetAnswer(request) === undefined) return refusal;
  if (server !== undefined || earlier !== undefined) {
    return failure('deadline-exceeded', `no answer on ${call.target.answerRoute} within ${allowedMs} ms`);
  }
  const code = obstacle === 'no-room' ? 'overloaded' : 'no-listener';
  const faults = obstacle === 'no-broker' ? unreached() : [];
  const tried = faults.length === 0 ? '' : ` (${faults.join('; ')})`;
  return failure(code, `${said[obstacle](call.target.route)} within ${allowedMs} ms${tried}`);
}

const said: Readonly<Record<Obstacle, (route: string) => string>> = {
  'no-broker': () => 'no active broker was reached',
  'no-return-path': () => 'the return path was not confirmed: no message came back from a broker',
  'no-server': (route) => `no server listened on ${route}`,
  'no-room': (route) => `no server on ${route} had room`,
};

export const serverLost: Failure = failure(
  'server-lost',
  `${limits.serverEndsMax} servers ended while they had the request, perhaps because of it; it is not sent to another one`,
);
export const cancelledByCaller: Failure = failure('cancelled', 'the caller cancelled the request');
export const cancelledByClose: Failure = failure('cancelled', 'the connection was closed');
