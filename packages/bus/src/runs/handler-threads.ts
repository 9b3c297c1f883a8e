import type { RequestContext } from './handler-contexts.ts';
import type { ThreadsInUse } from '../server/server-lifecycle.ts';

/** As much of a request's context as another thread can be told of. */
export type ThreadedRequest = Pick<RequestContext, 'leftMs' | 'id' | 'attempt' | 'onCancel'>;

/** Threads that run handlers, so that one which blocks or never ends stops no server. */
export interface HandlerThreads {
  /** For every operation, or for those whose handlers were seen to block (`createPlacement`). */
  readonly use: 'always' | 'when-slow';
  /** For the status of a server: how many there are, none as long as none was needed, and how many of them run a handler. */
  inUse(): ThreadsInUse;
  /** False when they could not be started. */
  usable(): boolean;
  /** How many there are, or will be once the first is needed. */
  readonly count: number;
  /**
   * Runs an operation's handler, when a thread is free. The promise settles `limits.handlerGraceMs` after the deadline at the latest,
   * whatever the handler does.
   *
   * @param request what the handler learns of its request; its `onCancel` is set
   * @param maxMs how long the handler may run, from its begin in the thread
   * @returns what the handler returned, or undefined when there are no threads; rejected when it threw after the deadline, got no turn
   * before it, or ended its thread, and with an `Overrun` as soon as it has run for longer than it may
   */
  run(operation: string, input: unknown, request: ThreadedRequest, maxMs?: number): Promise<Ran | undefined>;
}

export interface Ran {
  /** Perhaps a failure, and not checked against the contract. */
  readonly output: unknown;
  /** How long the handler blocked its thread. */
  readonly blockedMs: number;
}
