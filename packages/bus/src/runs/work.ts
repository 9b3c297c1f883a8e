import type { Failure, RequestReading, Success } from '@cateto/contracts';
import { limits } from '@cateto/contracts';
import type { IncomingRequest, Load, ResponderEffect } from '@cateto/protocol';
import { createLoad, memoryEstimate } from '@cateto/protocol';
import type { RunHistograms } from '../metrics/run-histograms.ts';

/* A request on its way through a server: where it came from, what computes it, and where its answer goes. */

/** A request that is to be computed now. Its input and trace are in its work. */
export type Admitted = Extract<ResponderEffect<Work>, { type: 'run' }>;

/** Call it exactly once for each request. */
export type AnswerTo = (request: Admitted, outcome: Success | Failure) => void;

/** Ends the spans of requests that end without an answer of their run. */
export interface RunSpans {
  /** Its turn did not come in time. */
  missed(request: Admitted, outcome: Failure, nowMs: number): void;
  /** It has not settled a second after its deadline, and perhaps never will. */
  gaveUp(work: Work): void;
}

/** The code that computes requests for one contract. */
export interface Run {
  /** `nowMs` is when the run begins; in a batch, when the run before it answered or returned. */
  readonly begin: (request: Admitted, answer: AnswerTo, nowMs: number) => void;
  readonly contract: string;
  readonly load: Load;
  /**
   * How many threads there are, if the request would begin in a thread now; undefined if it would begin in the event
   * loop.
   */
  readonly threads?: (() => number | undefined) | undefined;
  /** Milliseconds after which a run has failed. Unless given, only its deadline ends it. */
  readonly maxMs?: number | undefined;
  /** Receives how long each run in the event loop has blocked it. */
  readonly took?: ((blockedMs: number) => void) | undefined;
  /** The spans of its requests, where there is a telemetry. */
  readonly spans?: RunSpans | undefined;
  /** The window that was announced last. */
  window: number | undefined;
  /** When the window was last checked. */
  lookedMs: number;
  /** How many runs have returned to the event loop. */
  returns: number;
  /** A run that goes on, and since when; its duration shows how long runs take. */
  sample: Admitted | undefined;
  sampleMs: number;
  /** How long its requests took; undefined before the first one. */
  histograms: RunHistograms | undefined;
}

export interface RunOptions extends Pick<Run, 'contract' | 'begin' | 'threads' | 'maxMs' | 'took' | 'spans'> {
  /** How many runs may go on at once in the event loop. */
  readonly concurrency?: number | undefined;
}

/** Used unless given. Whatever handlers wait for has bounds too, and more requests at once would only wait there. */
const concurrencyDefault = 1_024;

export function createRun({ concurrency = concurrencyDefault, ...kind }: RunOptions): Run {
  const load = createLoad({ concurrencyMax: concurrency, windowMax: limits.requestsPerServerMax });
  return {
    ...kind,
    load,
    window: undefined,
    lookedMs: 0,
    returns: 0,
    sample: undefined,
    sampleMs: 0,
    histograms: undefined,
  };
}

/** A computation of a request. */
export interface Cancellable {
  /**
   * No requester waits for the outcome any more. The computation ends as soon as it can, and is answered all the same.
   */
  cancel(): void;
  /** Its progress from 0 to 1; undefined before it reports any. */
  readonly share: number | undefined;
}

export interface Work {
  /**
   * The computation, once it has begun and can be cancelled. A request that has not begun does not begin when it is
   * `cancelled` or `returned` to its requester.
   */
  underway: Cancellable | 'cancelled' | 'returned' | undefined;
  readonly run: Run;
  readonly input: unknown;
  /** As it came with the request. With a telemetry, the span of its run is the parent as soon as the run begins. */
  trace: string | undefined;
  /** How often the request had been sent when it arrived; unless given, once. */
  readonly attempt?: number | undefined;
  /** How long it waited for its turn, in microseconds; 0 before it has begun. */
  waitedUs: number;
}

/** When its run began. */
export function beganMs({ sinceMs, work: { waitedUs } }: Admitted): number {
  return sinceMs + waitedUs / 1_000;
}

/** A request as it arrived, with the route of its answer and the code that runs it. */
export function incoming(
  { seq, ttlMs, input, trace, attempt, origin, refusal }: RequestReading,
  replyTopic: string,
  run: Run,
): IncomingRequest<Work> {
  return {
    seq,
    replyTopic,
    ttlMs,
    work: { underway: undefined, run, input, trace, attempt, waitedUs: 0 },
    origin,
    bytes: typeof input === 'number' ? undefined : bytesOf(input),
    refusal,
  };
}

/** Ten thousand requests of less memory fit any process, so their values are not counted. */
const countedBytesMin = 4_096;

function bytesOf(input: unknown): number | undefined {
  const bytes = memoryEstimate(input);
  return bytes < countedBytesMin ? undefined : bytes;
}
