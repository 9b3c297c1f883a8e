import type { Failure } from '@cateto/contracts';
import { failure } from '@cateto/contracts';
import type { OpenRequest } from './request.ts';
import { mayYetAnswer } from './request.ts';

/* The failures a requester settles with on its own account, with the words a person reads. */

export function tooManyOpen(openMax: number): Failure {
  return failure('overloaded', `${openMax} requests are already open here`);
}

export function nobodyFit<W>({ call: { target }, refusal }: OpenRequest<W>): Failure {
  return refusal ?? failure('no-listener', `no server fit to ask listens on ${target.route}`);
}

/** @param linked whether an active broker is linked; without one nobody can be known to listen */
export function deadlinePassed<W>(request: OpenRequest<W>, linked: boolean): Failure {
  const { call, calledMs, server, earlier, refusal } = request;
  const allowedMs = Math.round(call.deadlineMs - calledMs);
  // One that refused knows nothing of one that was asked as well and may have run it.
  if (refusal !== undefined && mayYetAnswer(request) === undefined) return refusal;
  if (server !== undefined || earlier !== undefined) {
    return failure('deadline-exceeded', `no answer on ${call.target.answerRoute} within ${allowedMs} ms`);
  }
  const missing = linked ? `no server listened on ${call.target.route}` : 'no active broker was reached';
  return failure('no-listener', `${missing} within ${allowedMs} ms`);
}

export const cancelledByCaller: Failure = failure('cancelled', 'the caller cancelled the request');
export const cancelledByClose: Failure = failure('cancelled', 'the connection was closed');
