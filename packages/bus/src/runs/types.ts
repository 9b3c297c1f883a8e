import type { Failure, Success } from '@cateto/contracts';
import type { Platform } from '../link/link.ts';
import type { Fifo } from './fifo.ts';
import type { QueueLoad } from './queue-load.ts';
import type { RunCounters } from './run-counters.ts';
import type { Admitted } from './work.ts';

/* The interface of the queue of a server's requests. */

export interface RunQueue {
  /** Begins the request now or later. `answered` is called once, unless the request was given back. */
  add(request: Admitted): void;
  /** A batch of requests is about to be added (`open`), or was added. */
  open(): void;
  close(): void;
  /**
   * The event loop is this much later than planned. An asynchronous handler may have blocked it after it had returned.
   */
  loopSeen(lateMs: number): void;
  /** How long the next request will wait for the event loop. */
  waitMs(): number;
  /** When to check whether a request has waited for long. */
  deadlineMs(): number | undefined;
  /** This server drains: requests that have not begun 100 ms from now are given back. */
  leave(): void;
  tick(): void;
  /**
   * The event loop was blocked. Requests that are added from now on begin at least one turn later: by then the server
   * has read the other messages of that time, which may cancel them.
   *
   * @param announcedSinceMs since when it was blocked, if requesters were told before
   */
  putOff(announcedSinceMs: number | undefined): void;
  /** A broker is active again. */
  linked(): void;
  load(): QueueLoad;
}

export interface RunQueueOptions {
  readonly platform: Platform;
  /** How many requests run at once in the event loop. */
  readonly runningMax: number;
  readonly counters: RunCounters;
  answered(request: Admitted, outcome: Success | Failure, nowMs: number): void;
  /**
   * A handler may block the event loop for this long; 0 means that it has not, or is over. Requesters are to be told.
   */
  announce(silentMs: number): void;
  /** Whether an active broker is connected. Otherwise no requester would hear what is announced. */
  isLinked(): boolean;
  /**
   * These requests have waited for long, or will. Those that are given back are marked `returned` when this returns.
   *
   * @param waiting all that wait, in the order of their turns
   */
  waitLong(requests: readonly Admitted[], waiting: readonly Admitted[]): void;
  /**
   * An announced handler has blocked the event loop since then, and everything that had arrived is read. Of these requests,
   * which have not begun, those that are given back are marked `returned` when this returns.
   */
  wasBlocked(waiting: readonly Admitted[], sinceMs: number): void;
  /** This server drains and begins none of these requests. All of them are marked `returned` when this returns. */
  letGo(requests: readonly Admitted[]): void;
  /**
   * A handler has blocked the event loop for long enough to be noticed.
   *
   * @param announcedSinceMs since when, if requesters were told before
   */
  blocked(announcedSinceMs: number | undefined): void;
  /** Whether requests that were sent before come before others of their origin; they do, unless given. */
  readonly resentFirst?: boolean | undefined;
  /** This many requests of one requester keep the server busy. */
  windowIs(contract: string, window: number): void;
}

/** Requests that wait for their turn. */
export interface Line extends Fifo<Admitted> {
  /** By whose turn it is. */
  all(): readonly Admitted[];
  /** A request that had its turn has blocked the event loop for this long. */
  took(request: Admitted, ms: number): void;
  /** A request that had its turn occupies a slot or a thread from now on, until it has ended. */
  began(request: Admitted, nowMs: number): void;
  ended(request: Admitted, nowMs: number): void;
}
