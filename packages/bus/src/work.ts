import type { Failure, RequestReading, Success } from '@cateto/contracts';
import { failure } from '@cateto/contracts';
import type { IncomingRequest, ResponderEffect } from '@cateto/protocol';

/* A request on its way through a server: how it came in, what computes it, how it is answered. */

/** A request that is to be computed now: its input and trace are in its work. */
export type Admitted = Extract<ResponderEffect<Work>, { type: 'run' }>;

/** Call exactly once for each request. */
export type AnswerTo = (request: Admitted, outcome: Success | Failure) => void;

export interface Run {
  (request: Admitted, answer: AnswerTo): void;
  /** Whether it would wait for its turn elsewhere now, in a queue of its own: here it is begun at once. */
  readonly elsewhere?: () => boolean;
  /** Milliseconds after which it has failed; only its deadline ends it unless given. */
  readonly maxMs?: number | undefined;
}

/** What computes a request. */
export interface Cancellable {
  /** Nobody waits for the outcome any more: it ends as soon as it can, and is answered all the same. */
  cancel(): void;
}

export interface Work {
  /** What computes it, once it has begun and can be told; `cancelled` when its requester has cancelled it: what has not begun does not. */
  underway: Cancellable | 'cancelled' | undefined;
  readonly run: Run;
  readonly input: unknown;
  readonly trace: string | undefined;
  /** How often the request had been sent when it came; once unless given. */
  readonly attempt?: number | undefined;
}

/** A request as it came in, with where its answer goes and who runs it. */
export function incoming(
  { seq, ttlMs, input, trace, attempt, refusal }: RequestReading,
  replyTopic: string,
  run: Run,
): IncomingRequest<Work> {
  return { seq, replyTopic, ttlMs, work: { underway: undefined, run, input, trace, attempt }, refusal };
}

const late = failure('overloaded', 'what was taken here before waits too long for its turn');

export function refusedLate(request: IncomingRequest<Work>): IncomingRequest<Work> {
  return { ...request, refusal: request.refusal ?? late };
}
