import type { Failure, RequestReading, Success } from '@cateto/contracts';
import { limits } from '@cateto/contracts';
import type { IncomingRequest, Load, ResponderEffect } from '@cateto/protocol';
import { createLoad } from '@cateto/protocol';

/* A request on its way through a server: how it came in, what computes it, how it is answered. */

/** A request that is to be computed now: its input and trace are in its work. */
export type Admitted = Extract<ResponderEffect<Work>, { type: 'run' }>;

/** Call exactly once for each request. */
export type AnswerTo = (request: Admitted, outcome: Success | Failure) => void;

/** What computes the requests for one contract. */
export interface Run {
  readonly begin: (request: Admitted, answer: AnswerTo) => void;
  readonly contract: string;
  readonly load: Load;
  /** How many threads there are, if it is begun in one of them now; undefined if it is begun in the loop. */
  readonly threads?: (() => number | undefined) | undefined;
  /** Milliseconds after which it has failed; only its deadline ends it unless given. */
  readonly maxMs?: number | undefined;
  /** Told of each run in the loop how long it has kept that. */
  readonly took?: ((blockedMs: number) => void) | undefined;
  /** The window that was announced last. */
  window: number | undefined;
  /** When it was last looked whether that is still right. */
  lookedMs: number;
  /** Runs that returned to the loop. */
  returns: number;
  /** One that goes on, and since when: by it is seen how long they take. */
  sample: Admitted | undefined;
  sampleMs: number;
}

export interface RunOptions extends Pick<Run, 'contract' | 'begin' | 'threads' | 'maxMs' | 'took'> {
  /** Runs that may go on at once in the loop. */
  readonly concurrency?: number | undefined;
}

/** Unless told otherwise. What a handler waits for has its bounds too, and more at once would only wait there. */
const concurrencyDefault = 1_024;

export function createRun({ concurrency = concurrencyDefault, ...kind }: RunOptions): Run {
  const load = createLoad({ concurrencyMax: concurrency, windowMax: limits.requestsPerServerMax });
  return { ...kind, load, window: undefined, lookedMs: 0, returns: 0, sample: undefined, sampleMs: 0 };
}

/** What computes a request. */
export interface Cancellable {
  /** Nobody waits for the outcome any more: it ends as soon as it can, and is answered all the same. */
  cancel(): void;
  /** How far it is, from 0 to 1; undefined while it does not say. */
  readonly share: number | undefined;
}

export interface Work {
  /**
   * What computes it, once it has begun and can be told. What has not begun does not when it is `cancelled`, because nobody waits for
   * it, or `returned` to its requester.
   */
  underway: Cancellable | 'cancelled' | 'returned' | undefined;
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
