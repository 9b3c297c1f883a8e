import type { RequestContext } from './request-context.ts';
import type { ThreadsInUse } from '../server/server-metrics.ts';

/** The part of a request's context that another thread can receive. */
export type ThreadedRequest = Pick<RequestContext, 'leftMs' | 'id' | 'attempt' | 'onCancel'>;

/** Threads that run handlers, so that a handler that blocks or never ends does not stop the server. */
export interface HandlerThreads {
  /** Whether threads run every operation, or only those whose handlers were seen to block (`createPlacement`). */
  readonly use: 'always' | 'when-slow';
  /**
   * For the status of a server: how many threads there are (none before the first is needed), and how many of them run
   * a handler.
   */
  inUse(): ThreadsInUse;
  /** False when the threads could not be started. */
  usable(): boolean;
  /** The processor time of this process. */
  readonly processor: ProcessorTime;
  /** How many threads there are, or will be once the first is needed. */
  readonly count: number;
  /**
   * Runs an operation's handler when a thread is free. The promise settles at the latest `limits.handlerGraceMs` after
   * the deadline, whatever the handler does.
   *
   * @param request the context for the handler; its `onCancel` is set
   * @param maxMs how long the handler may run, from its begin in the thread
   * @returns the handler's output, or undefined when there are no threads. Rejects when the handler threw after the
   * deadline, did not get its turn before it, or ended its thread; and with an `Overrun` when it has exceeded its limit
   */
  run(operation: string, input: unknown, request: ThreadedRequest, maxMs?: number): Promise<Ran | undefined>;
}

/** How long this process computes, which tells a handler that computes from one that is interrupted. */
export interface ProcessorTime {
  /** Something that may take long begins at `nowMs`. */
  mark(nowMs: number): void;
  /**
   * Milliseconds of processor time, of all threads together, since the last mark or at most 10 ms before it. In a batch,
   * a run begins when the run before it answered. So the time for publishing that answer may be included.
   */
  sinceMarkMs(): number;
}

export interface Ran {
  /** May be a failure, and is not checked against the contract. */
  readonly output: unknown;
  /** How long the handler blocked its thread. */
  readonly blockedMs: number;
}
